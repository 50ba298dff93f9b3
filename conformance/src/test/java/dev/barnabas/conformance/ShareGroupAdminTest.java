package dev.barnabas.conformance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.server.RunningNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Share groups through the official Java client's Admin. */
final class ShareGroupAdminTest {

    private static RunningNode node;
    private static Admin admin;

    @BeforeAll
    static void startNode(@TempDir Path data) throws Exception {
        node = RunningNode.start(data);
        admin = Admin.create(Map.of("bootstrap.servers", node.address()));
    }

    @AfterAll
    static void stopNode() throws Exception {
        admin.close();
        node.close();
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private static Map<TopicPartition, SharePartitionOffsetInfo> offsetsOf(String group) throws Exception {
        return get(admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo(group));
    }

    @Test
    void aGroupIsMadeByItsOffsetsDescribedMovedAndDeleted() throws Exception {
        get(admin.createTopics(List.of(new NewTopic("queue", 2, (short) 1))).all());
        TopicPartition first = new TopicPartition("queue", 0);

        get(admin.alterShareGroupOffsets("workers", Map.of(first, 0L)).all());

        Map<String, GroupListing> listed = new HashMap<>();
        get(admin.listGroups(ListGroupsOptions.forShareGroups()).all())
                .forEach(group -> listed.put(group.groupId(), group));
        assertThat(listed).containsOnlyKeys("workers");
        assertThat(requireNonNull(listed.get("workers")).type()).contains(GroupType.SHARE);
        assertThat(requireNonNull(listed.get("workers")).groupState()).contains(GroupState.EMPTY);
        ShareGroupDescription description = requireNonNull(
                get(admin.describeShareGroups(List.of("workers")).all()).get("workers"));
        assertThat(description.groupState()).isEqualTo(GroupState.EMPTY);
        assertThat(description.members()).isEmpty();
        assertThat(offsetsOf("workers")).containsOnlyKeys(first);
        assertThat(requireNonNull(offsetsOf("workers").get(first)).startOffset())
                .isZero();
        assertThat(requireNonNull(offsetsOf("workers").get(first)).lag()).contains(0L);

        get(admin.deleteShareGroupOffsets("workers", Set.of("queue")).all());
        assertThat(offsetsOf("workers")).isEmpty();

        get(admin.deleteShareGroups(List.of("workers")).all());
        assertThat(get(admin.listGroups(ListGroupsOptions.forShareGroups()).all()))
                .isEmpty();
        assertThatThrownBy(
                        () -> get(admin.describeShareGroups(List.of("workers")).all()))
                .hasCauseInstanceOf(GroupIdNotFoundException.class);
    }

    @Test
    void settingsOfAShareGroupAreKeptAndChecked() throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "tuned");
        get(admin.incrementalAlterConfigs(Map.of(
                        group,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("share.record.lock.duration.ms", "20000"), AlterConfigOp.OpType.SET))))
                .all());

        assertThat(requireNonNull(
                                get(admin.describeConfigs(List.of(group)).all()).get(group))
                        .get("share.record.lock.duration.ms")
                        .value())
                .isEqualTo("20000");
    }

    @Test
    void shareGroupsAreAFeature() throws Exception {
        FeatureMetadata features = get(admin.describeFeatures().featureMetadata());

        assertThat(requireNonNull(features.supportedFeatures().get("share.version"))
                        .maxVersion())
                .isEqualTo((short) 2);
        assertThat(requireNonNull(features.finalizedFeatures().get("share.version"))
                        .maxVersionLevel())
                .isEqualTo((short) 2);
    }
}
