package io.fairlead.proxy.pick;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The exits of one pool: those that all tenants may use, and apart from them those that one tenant alone may, each ordered over
 * all and by class of targets. Its monitor is the lock for changes of its boards; whoever holds it takes no other.
 */
final class Pool {

    /** The exits that one owner may use, or all. */
    static final class Group {

        final String owner;
        final Board whole;

        /** Those of which too little is known, in no order. */
        final Board unproven;

        private volatile Board[] byClass = {};
        private int members;

        Group(String owner, Roster roster) {
            this.owner = owner;
            this.whole = new Board("", roster);
            this.unproven = new Board("", roster);
        }

        /** The board for a class of targets: its own where exits are told apart by it, else that over all. */
        Board board(String targetClass) {
            for (Board board : byClass) {
                if (board.targetClass.equals(targetClass)) {
                    return board;
                }
            }
            return whole;
        }
    }

    /** An exit's place in a group, and the stamp of the terms that it has it by. */
    private static final class Member {

        private Group group;
        private int stamp;

        Member(Group group) {
            this.group = group;
        }
    }

    final String name;
    final PickPolicy policy;
    /** Share of an exit's capacity in use that most of the pool's exits are under. */
    final LoadQuantile hot = new LoadQuantile();

    private final Roster roster;
    private final int maxClasses;
    private final Ranking ranking;
    private final Group shared;
    private final Map<String, Group> exclusive = new ConcurrentHashMap<>();
    private final Map<KnownExit, Member> members = new HashMap<>();
    private int users;
    private boolean ended;

    Pool(String name, PickPolicy policy, int maxClasses, Ranking ranking, Roster roster) {
        this.name = name;
        this.roster = roster;
        this.shared = new Group("", roster);
        this.policy = policy;
        this.maxClasses = maxClasses;
        this.ranking = ranking;
    }

    Group shared() {
        return shared;
    }

    /** What this tenant alone may use; null: nothing. */
    @Nullable
    Group exclusiveTo(String tenant) {
        return exclusive.isEmpty() ? null : exclusive.get(tenant);
    }

    /** Holds on to the pool; false: it has ended, and another must be made. */
    synchronized boolean join() {
        if (ended) {
            return false;
        }
        users++;
        return true;
    }

    /** Lets go of it. @return true: nobody holds it any more, and it has ended */
    synchronized boolean part() {
        users--;
        ended = users == 0;
        return ended;
    }

    /**
     * Puts an exit where it belongs now, from wherever it stood.
     *
     * @param stamp of its terms, which name this pool and the owner
     */
    synchronized void put(KnownExit exit, String owner, int stamp) {
        Group group = owner.isEmpty() ? shared : exclusive.computeIfAbsent(owner, o -> new Group(o, roster));
        Member member = members.get(exit);
        if (member == null) {
            member = new Member(group);
            members.put(exit, member);
            group.members++;
        } else if (member.group != group) {
            leave(exit, member.group);
            member.group = group;
            group.members++;
        }
        member.stamp = stamp;
        Score score = exit.score;
        if (score != null) {
            for (int i = 0; i < score.classCount(); i++) {
                open(group, score.className(i));
            }
        }
        if (exit.isUnproven(ranking.localShare)) {
            group.unproven.put(exit.placeOn(group.unproven), stamp, score != null, 0);
        } else {
            exit.leave(group.unproven);
        }
        place(exit, stamp, group.whole);
        for (Board board : group.byClass) {
            place(exit, stamp, board);
        }
    }

    synchronized void remove(KnownExit exit) {
        Member member = members.remove(exit);
        if (member != null) {
            leave(exit, member.group);
        }
    }

    private void open(Group group, String targetClass) {
        Board[] all = group.byClass;
        if (all.length >= maxClasses || targetClass.isEmpty() || group.board(targetClass) != group.whole) {
            return;
        }
        Board opened = new Board(targetClass, roster);
        members.forEach((exit, member) -> {
            if (member.group == group) {
                place(exit, member.stamp, opened);
            }
        });
        Board[] more = Arrays.copyOf(all, all.length + 1);
        more[all.length] = opened;
        group.byClass = more;
    }

    private void place(KnownExit exit, int stamp, Board board) {
        double quality = exit.quality(board.targetClass, ranking.localShare, ranking.cap);
        board.put(exit.placeOn(board), stamp, exit.score != null, quality);
    }

    private void leave(KnownExit exit, Group group) {
        exit.leave(group.whole);
        exit.leave(group.unproven);
        for (Board board : group.byClass) {
            exit.leave(board);
        }
        group.members--;
        if (group.members == 0 && !group.owner.isEmpty()) {
            exclusive.remove(group.owner);
        }
    }
}
