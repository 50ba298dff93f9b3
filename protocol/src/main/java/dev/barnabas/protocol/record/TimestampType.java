package dev.barnabas.protocol.record;

/** Who set the timestamps of a batch's records ({@code message.timestamp.type}, KIP-32). */
public enum TimestampType {
    /** The producer did, each record has its own. */
    CREATE_TIME("CreateTime"),
    /** The broker did when it appended the batch: every record has the batch's maximum timestamp. */
    LOG_APPEND_TIME("LogAppendTime");

    private final String settingName;

    TimestampType(String settingName) {
        this.settingName = settingName;
    }

    /** The value of the setting {@code message.timestamp.type} that stands for this. */
    public String settingName() {
        return settingName;
    }
}
