package dev.barnabas.settings;

/** How a setting can be changed while the cluster runs. */
public enum Update {
    /** Only in the settings file or on the command line, followed by a restart. */
    READ_ONLY("no"),
    /** At run time, for one broker at a time. */
    PER_BROKER("per broker"),
    /** At run time, for the whole cluster; a single broker may deviate. */
    CLUSTER_WIDE("cluster-wide"),
    /** At run time, for the topic, group or subscription it belongs to. */
    PER_RESOURCE("yes");

    private final String label;

    Update(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
