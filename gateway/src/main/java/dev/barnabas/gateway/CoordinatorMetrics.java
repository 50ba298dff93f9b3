package dev.barnabas.gateway;

import dev.barnabas.broker.Broker;
import dev.barnabas.broker.Observation;
import dev.barnabas.coordinator.ShardCounts;
import dev.barnabas.groups.GroupCensus;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;

/** What a node's coordinators tell of groups and transactions. Names are listed in docs/observability.md. */
final class CoordinatorMetrics {

    private CoordinatorMetrics() {}

    static List<MetricSnapshot> of(Broker broker, Observation seen) {
        return List.of(
                shards(seen),
                groupMembers(seen),
                lagRecords(seen),
                lagSeconds(seen),
                counter(
                        "barnabas_group_rebalances",
                        "Rebalances of classic groups that began, and assignments of groups of the consumer protocol",
                        broker.groupCounters().rebalances().sum()),
                counter(
                        "barnabas_group_members_lost",
                        "Members that were taken for gone: silent, or too slow in a rebalance",
                        broker.groupCounters().membersLost().sum()),
                transactions(seen),
                transactionsEnded(broker),
                counter(
                        "barnabas_transactions_overdue",
                        "Transactions that were aborted because they were open for too long",
                        broker.transactionCounters().overdue().sum()),
                gauge(
                                "barnabas_transaction_oldest_seconds",
                                "Age of the oldest transaction that has not ended everywhere")
                        .dataPoint(point(
                                Labels.EMPTY,
                                seen.transactions().oldestStartMs().isPresent()
                                        ? age(
                                                seen,
                                                seen.transactions()
                                                        .oldestStartMs()
                                                        .getAsLong())
                                        : 0))
                        .build());
    }

    private static GaugeSnapshot shards(Observation seen) {
        GaugeSnapshot.Builder gauge =
                gauge("barnabas_coordinator_shards", "Partitions of coordinators' topics that are led here");
        shards(gauge, "group", seen.groups().shards());
        shards(gauge, "transaction", seen.transactions().shards());
        return gauge.build();
    }

    private static void shards(GaugeSnapshot.Builder gauge, String coordinator, ShardCounts shards) {
        Map.of("active", shards.active(), "loading", shards.loading(), "failed", shards.failed())
                .forEach((state, count) ->
                        gauge.dataPoint(point(Labels.of("coordinator", coordinator, "state", state), count)));
    }

    private static GaugeSnapshot groupMembers(Observation seen) {
        GaugeSnapshot.Builder gauge = gauge("barnabas_group_members", "Members of a group");
        for (GroupCensus.Entry group : seen.groups().groups()) {
            gauge.dataPoint(point(
                    Labels.of("group", group.group(), "state", group.state(), "type", group.type()), group.members()));
        }
        return gauge.build();
    }

    private static GaugeSnapshot lagRecords(Observation seen) {
        GaugeSnapshot.Builder gauge = gauge(
                "barnabas_group_lag_records", "Records between a group's committed offset and the high watermark");
        seen.lags().forEach(lag -> gauge.dataPoint(point(labels(lag), (double) lag.records())));
        return gauge.build();
    }

    private static GaugeSnapshot lagSeconds(Observation seen) {
        GaugeSnapshot.Builder gauge =
                gauge("barnabas_group_lag_seconds", "Age of the oldest record that a group has not read");
        for (Observation.Lag lag : seen.lags()) {
            if (lag.records() == 0 || lag.oldestMs() >= 0) {
                gauge.dataPoint(point(labels(lag), lag.records() == 0 ? 0 : age(seen, lag.oldestMs())));
            }
        }
        return gauge.build();
    }

    private static Labels labels(Observation.Lag lag) {
        return Labels.of("group", lag.group(), "topic", lag.topic(), "partition", Integer.toString(lag.partition()));
    }

    private static GaugeSnapshot transactions(Observation seen) {
        GaugeSnapshot.Builder gauge = gauge("barnabas_transactional_ids", "Transactional ids, by state");
        seen.transactions()
                .byState()
                .forEach((state, count) -> gauge.dataPoint(point(Labels.of("state", state), count)));
        return gauge.build();
    }

    private static CounterSnapshot transactionsEnded(Broker broker) {
        return CounterSnapshot.builder()
                .name("barnabas_transactions_ended")
                .help("Transactions whose end was decided")
                .dataPoint(counted(
                        Labels.of("outcome", "committed"),
                        broker.transactionCounters().committed().sum()))
                .dataPoint(counted(
                        Labels.of("outcome", "aborted"),
                        broker.transactionCounters().aborted().sum()))
                .build();
    }

    private static double age(Observation seen, long sinceMs) {
        return Math.max(0, seen.atMs() - sinceMs) / 1_000.0;
    }

    private static GaugeSnapshot.Builder gauge(String name, String help) {
        return GaugeSnapshot.builder().name(name).help(help);
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }

    private static CounterSnapshot counter(String name, String help, long value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(counted(Labels.EMPTY, value))
                .build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot counted(Labels labels, long value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build();
    }
}
