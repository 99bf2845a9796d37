package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.RecordType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is at a name of a zone and below it, ready to be answered. Filled while the zone is loaded, then left as it is. */
final class Node {

    /** In lower case and wire form. */
    final byte[] name;

    /** Nothing below it is of this zone: what to say instead. Null: it is no cut, nor below one. */
    @Nullable
    Answer referral;

    /** It is the cut itself: DS is asked of the parent, which is this zone. */
    boolean cut;

    /** Data of the DS records of a cut: what is known of the keys behind it. */
    List<byte[]> signers = List.of();

    /** Stands for names below this one that are not there (RFC 4592). */
    @Nullable
    Node wildcard;

    /** Names below this one that are not there, and no wildcard stands for. */
    Answer missing;

    /** Any type (RFC 8482). */
    Answer any;

    private int[] types = {};
    private Answer[] answers = {};
    private Answer others;

    Node(byte[] name, Answer missing, Answer others) {
        this.name = name;
        this.missing = missing;
        this.others = others;
        this.any = others;
    }

    void put(int type, Answer answer) {
        types = Arrays.copyOf(types, types.length + 1);
        answers = Arrays.copyOf(answers, answers.length + 1);
        types[types.length - 1] = type;
        answers[answers.length - 1] = answer;
    }

    /** What is there, for who denies the rest. An alias has nothing of its own beside; a cut has name servers, which its referral tells. */
    int[] types() {
        if (cut) {
            int[] all = Arrays.copyOf(types, types.length + 1);
            all[types.length] = RecordType.NS;
            return all;
        }
        for (int type : types) {
            if (type == RecordType.CNAME) {
                return new int[] {type};
            }
        }
        return types.clone();
    }

    /** What to say to types that are not there. */
    void others(Answer answer) {
        others = answer;
    }

    Answer answer(int type) {
        for (int i = 0; i < types.length; i++) {
            if (types[i] == type) {
                return answers[i];
            }
        }
        return type == RecordType.ANY ? any : others;
    }
}
