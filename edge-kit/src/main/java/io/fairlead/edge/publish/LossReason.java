package io.fairlead.edge.publish;

/** Why a record never came to Kafka. */
public enum LossReason {
    /** More was offered than the writer took from the queue. */
    QUEUE_FULL,
    /** A field was unset or of another type. */
    INVALID,
    /** Key and value are larger than a record may be. */
    TOO_LARGE,
    /** Kafka does not take this record, however often it is sent. */
    REFUSED,
    /** The spool had reached its bound: the oldest records went. */
    SPOOL_FULL,
    /** The disk took no more and the memory that stands in for it had reached its bound. */
    DISK_FAILED,
    /** A place in the spool could not be read; counted once a place, as how many records were there is not known. */
    SPOOL_DAMAGED,
    /** It was told after the publisher had been closed, or was in memory only when it was. */
    CLOSED
}
