package dev.barnabas.settings;

/** Where a value comes from. The codes are those of DescribeConfigs responses. */
public enum Source {
    DYNAMIC_TOPIC(1),
    /** Set at run time for one broker. */
    DYNAMIC_BROKER(2),
    /** Set at run time for all brokers. */
    DYNAMIC_DEFAULT_BROKER(3),
    /** The settings file or the command line. */
    STATIC_BROKER(4),
    DEFAULT(5),
    CLIENT_METRICS(7),
    GROUP(8);

    private final byte code;

    Source(int code) {
        this.code = (byte) code;
    }

    public byte code() {
        return code;
    }
}
