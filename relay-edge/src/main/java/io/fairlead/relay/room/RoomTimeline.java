package io.fairlead.relay.room;

import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;

/**
 * Gives each tag its time in the room: {@code out = in + offset}, one offset for audio and video, changed only where sources are
 * joined. Not thread-safe; knows of no clock but the arrival times that it is told.
 *
 * <p><b>Promises</b>, whatever comes in: the time of a kind never goes back; where sources are joined it steps by no more than one
 * interval; elsewhere it steps by what the source says, as long as that is at most {@value #STEP_MS} ms more than has really gone by.
 *
 * <p><b>A break</b> is a source that goes back by more than {@value #STEP_MS} ms in one kind, or ahead by more than the time that has
 * gone by and {@value #STEP_MS} ms: an encoder that was started anew, or rubbish. From there on it is joined as another source would be.
 *
 * <p><b>Joining</b> without a clock in common waits for a key frame, which follows what was sent last by one interval of video, or
 * right behind audio if that is ahead; audio from before the key frame is dropped. A source that announces video and shows no key frame for
 * {@value #NO_VIDEO_MS} ms of its time goes on with its audio; frames wait for a key frame for as long as it takes.
 *
 * <p>With a clock in common ({@link #align}) what was sent already is dropped kind by kind, and the next tag follows: nothing is lost or
 * repeated.
 */
final class RoomTimeline {

    /** What is to be done with a tag. */
    enum Verdict {
        /** Send it at {@link #placedMs}. */
        SEND,
        /** Drop it: nothing can be decoded before a key frame. */
        BEFORE_START,
        /** Drop it: another source has brought it. */
        ALREADY_SENT
    }

    static final long STEP_MS = 1_000;
    static final long NO_VIDEO_MS = 3_000;
    private static final long FIRST_INTERVAL_MS = 40;

    private final Track video = new Track();
    private final Track audio = new Track();
    private SourceClock clock = new SourceClock();
    private boolean begun;
    private boolean waiting = true;
    private boolean waitMeasured;
    private long waitingSinceMs;
    private long waitingInMs;
    private long waitingInNs;
    private boolean expectsVideo;
    private boolean videoNeedsKey = true;

    /** Sound went on alone: what another source brings does not follow the last frame that was sent. */
    private boolean videoLeftOut;

    private long offsetMs;
    private long startInMs;
    private long lastMs;
    private long lastInMs;
    private long lastArrivalNs;
    private long placedMs;
    private long saidMs;
    private long breaks;

    /** A source without a clock in common follows; the first one too. */
    void join(boolean announcesVideo) {
        clock = new SourceClock();
        waitForStart();
        expectsVideo = announcesVideo;
    }

    /**
     * A source follows that carries the same media: what it calls {@code sourceTime} was sent at {@code roomMs}. Its tags may then come
     * from any place before the last one that was sent.
     */
    void align(int sourceTime, long roomMs) {
        clock = new SourceClock(sourceTime);
        offsetMs = roomMs - Integer.toUnsignedLong(sourceTime);
        waiting = false;
        startInMs = Long.MIN_VALUE;
        videoNeedsKey = !video.begun || videoLeftOut;
        video.resume();
        audio.resume();
        lastInMs = lastMs - offsetMs;
    }

    /**
     * Finds the place of a frame, a sound or script data; what is to be sent then has its time in {@link #placedMs}.
     *
     * @param nowNs when it arrived, on a clock that does not go back
     */
    Verdict place(Tag tag, long nowNs) {
        long inMs = clock.unwrap(tag.sourceTime());
        if (tag.kind() == TagKind.SCRIPT) {
            return placeScript(inMs);
        }
        Track track = tag.kind() == TagKind.VIDEO ? video : audio;
        expectsVideo |= track == video;
        if (!waiting && broken(track, inMs, nowNs)) {
            breaks++;
            waitForStart();
        }
        if (waiting && !starts(tag, inMs, nowNs)) {
            return Verdict.BEFORE_START;
        }
        if (inMs < startInMs || (track == video && !keyed(tag))) {
            return Verdict.BEFORE_START;
        }
        long outMs = inMs + offsetMs;
        if (track.resuming && outMs <= track.lastMs) {
            return Verdict.ALREADY_SENT;
        }
        saidMs = outMs;
        placedMs = track.advance(inMs, outMs);
        lastMs = Math.max(lastMs, placedMs);
        lastInMs = Math.max(lastInMs, inMs);
        lastArrivalNs = nowNs;
        return Verdict.SEND;
    }

    private Verdict placeScript(long inMs) {
        if (waiting) {
            return Verdict.BEFORE_START;
        }
        saidMs = inMs + offsetMs;
        placedMs = Math.min(Math.max(saidMs, lastMs), lastMs + STEP_MS);
        return Verdict.SEND;
    }

    private void waitForStart() {
        waiting = true;
        waitMeasured = false;
        videoNeedsKey = true;
    }

    private boolean broken(Track track, long inMs, long nowNs) {
        if (track.inKnown && inMs < track.lastInMs - STEP_MS) {
            return true;
        }
        return isAhead(inMs, lastInMs, nowNs, lastArrivalNs);
    }

    /** Whether it is ahead by more than the time that has gone by. */
    private static boolean isAhead(long inMs, long lastInMs, long nowNs, long lastNs) {
        return inMs > lastInMs + STEP_MS + Math.max(0, (nowNs - lastNs) / 1_000_000);
    }

    /** A clock that leaps meanwhile is no time that has been waited. */
    private void measureWait(long inMs, long nowNs) {
        if (!waitMeasured) {
            waitMeasured = true;
            waitingSinceMs = inMs;
        } else if (inMs < waitingInMs - STEP_MS || isAhead(inMs, waitingInMs, nowNs, waitingInNs)) {
            waitingSinceMs += inMs - waitingInMs;
        }
        waitingInMs = inMs;
        waitingInNs = nowNs;
    }

    private boolean starts(Tag tag, long inMs, long nowNs) {
        measureWait(inMs, nowNs);
        boolean key = tag.part() == Part.KEY_FRAME;
        boolean noVideo = !expectsVideo || inMs - waitingSinceMs >= NO_VIDEO_MS;
        if (!key && !(tag.kind() == TagKind.AUDIO && noVideo)) {
            return false;
        }
        offsetMs = begun ? follow(key) - inMs : -inMs;
        startInMs = inMs;
        lastInMs = inMs;
        video.inKnown = false;
        audio.inKnown = false;
        video.resuming = false;
        audio.resuming = false;
        begun = true;
        waiting = false;
        videoLeftOut |= !key && video.begun;
        return true;
    }

    /** The time for the first tag of a source that is joined. */
    private long follow(boolean key) {
        Track track = key ? video : audio;
        long soundMs = audio.begun ? audio.lastMs + 1 : lastMs;
        return Math.max(track.begun ? track.lastMs + track.intervalMs : lastMs, Math.max(soundMs, lastMs));
    }

    private boolean keyed(Tag tag) {
        if (tag.part() == Part.KEY_FRAME) {
            videoNeedsKey = false;
            videoLeftOut = false;
        }
        return !videoNeedsKey;
    }

    /** The time of the tag that was placed last, ms. */
    long placedMs() {
        return placedMs;
    }

    /** The same as the source says it, ms: another where that would have gone back. */
    long saidMs() {
        return saidMs;
    }

    /** The latest time that was given out, ms. */
    long lastMs() {
        return lastMs;
    }

    /** Last step of video, or of audio where there is no video, ms. */
    long intervalMs() {
        return video.begun ? video.intervalMs : audio.intervalMs;
    }

    /** Whether a start is waited for. */
    boolean waiting() {
        return waiting;
    }

    /** How often a source has broken its own clock. */
    long breaks() {
        return breaks;
    }

    /** One kind of media. */
    private static final class Track {

        private boolean begun;
        private boolean inKnown;
        private boolean resuming;
        private long lastMs;
        private long lastInMs;
        private long intervalMs = FIRST_INTERVAL_MS;

        private long advance(long inMs, long outMs) {
            long placed = begun ? Math.max(outMs, lastMs) : outMs;
            long step = placed - lastMs;
            if (begun && step > 0 && step <= STEP_MS) {
                intervalMs = step;
            }
            begun = true;
            resuming = false;
            inKnown = true;
            lastMs = placed;
            lastInMs = inMs;
            return placed;
        }

        private void resume() {
            resuming = begun;
            inKnown = false;
        }
    }
}
