package io.fairlead.edge.table;

import io.fairlead.schemas.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Path;

/** What keeps the newest record of each key of a topic. Its thread is the follower's, but for what says otherwise. */
interface FollowedTopic {

    TopicSpec topic();

    /** A read from the first record on begins: what is held and does not come again is gone. */
    void begin();

    void take(RawRecord record);

    /** The read that had begun has come to the end of the topic as it was then. */
    void caughtUp();

    /** A schema was learned: what could not be read may be readable now. */
    void learned();

    /** Takes in a snapshot, if there is a whole one. Called once, before the follower starts. */
    void restore(Path directory, SnapshotFile.Damaged onDamage);

    /** Writes a snapshot if something has changed. May be called by any one thread at a time. */
    void save(Path directory, long nowMs) throws IOException;

    /** It was read to its end once, or a snapshot was taken in. Any thread. */
    boolean ready();
}
