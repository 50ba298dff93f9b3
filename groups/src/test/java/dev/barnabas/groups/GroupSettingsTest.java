package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.junit.jupiter.api.Test;

final class GroupSettingsTest {

    @Test
    void theDefaultsAreThoseOfKafka() {
        GroupCoordinatorConfig kafka = GroupCoordinatorConfig.fromProps(Map.of());
        assertThat(GroupSettings.DEFAULTS)
                .isEqualTo(new GroupSettings(
                        kafka.classicGroupMaxSize(),
                        kafka.classicGroupMinSessionTimeoutMs(),
                        kafka.classicGroupMaxSessionTimeoutMs(),
                        kafka.classicGroupInitialRebalanceDelayMs(),
                        kafka.offsetMetadataMaxSize(),
                        kafka.offsetsRetentionMs(),
                        kafka.offsetsRetentionCheckIntervalMs(),
                        kafka.offsetCommitTimeoutMs()));
    }

    @Test
    void settingsThatContradictEachOtherAreRefused() {
        assertThatThrownBy(() -> GroupSettings.DEFAULTS.withMaxSize(0)).hasMessageContaining("group.max.size");
        assertThatThrownBy(() -> GroupSettings.DEFAULTS.withInitialRebalanceDelayMs(-1))
                .hasMessageContaining("group.initial.rebalance.delay.ms");
        assertThatThrownBy(() -> new GroupSettings(1, 10, 9, 0, 0, 1, 1, 1))
                .hasMessageContaining("group.min.session.timeout.ms");
    }
}
