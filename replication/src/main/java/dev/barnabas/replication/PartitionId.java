package dev.barnabas.replication;

import dev.barnabas.protocol.Uuid;
import java.util.regex.Pattern;

/** Which partition. The topic's id tells it from an earlier topic of the same name. */
public record PartitionId(Uuid topicId, String topic, int index) {

    /** A topic may have 249 characters; what is cut off here is still in the metadata. */
    private static final int MAX_NAME_IN_FOLDER = 200;

    private static final Pattern FOLDER = Pattern.compile("[a-zA-Z0-9._-]+-\\d+-[A-Za-z0-9_-]{22}");

    /**
     * The folder of its log: topic, index, topic id. With the id a deleted topic and a new one of the same name never
     * meet on disk.
     */
    public String folder() {
        String name = topic.length() > MAX_NAME_IN_FOLDER ? topic.substring(0, MAX_NAME_IN_FOLDER) : topic;
        return name + "-" + index + "-" + topicId;
    }

    /** Whether a folder's name is that of a partition. */
    public static boolean isFolder(String name) {
        return FOLDER.matcher(name).matches();
    }

    @Override
    public String toString() {
        return topic + "-" + index;
    }
}
