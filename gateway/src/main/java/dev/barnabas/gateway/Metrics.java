package dev.barnabas.gateway;

import dev.barnabas.broker.Broker;
import dev.barnabas.broker.LatencyHistogram;
import dev.barnabas.broker.Observation;
import dev.barnabas.broker.RequestMetrics;
import dev.barnabas.protocol.ApiKey;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Turns what the broker counts and what was observed into Prometheus' model. Names are listed in docs/observability.md.
 */
final class Metrics {

    private final Broker broker;

    Metrics(Broker broker) {
        this.broker = broker;
    }

    MetricSnapshots collect(Observation seen) {
        List<Observation.OfPartition> compacted = compacted(seen);
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        CoordinatorMetrics.of(broker, seen).forEach(all::metricSnapshot);
        ClientMetrics.of(seen).forEach(all::metricSnapshot);
        return all.metricSnapshot(requests())
                .metricSnapshot(requestBytes())
                .metricSnapshot(latencies())
                .metricSnapshot(gauge("barnabas_connections", "Open connections of clients", seen.connections()))
                .metricSnapshot(gauge(
                        "barnabas_partitions_online",
                        "Partitions open on this node",
                        seen.partitions().size()))
                .metricSnapshot(gauge(
                        "barnabas_partitions_offline",
                        "Partitions that should be open on this node and are not",
                        seen.offlinePartitions()))
                .metricSnapshot(gauge(
                        "barnabas_log_directories_failed",
                        "Directories of log.dirs that do not work",
                        seen.failedDirectories().size()))
                .metricSnapshot(gauge(
                        "barnabas_log_directories_full",
                        "Directories of log.dirs without room, whose partitions others lead where they can",
                        seen.fullDirectories().size()))
                .metricSnapshot(
                        gauges(seen.partitions(), "barnabas_partition_log_size_bytes", "Bytes of all segments", p ->
                                (double) p.sizeInBytes()))
                .metricSnapshot(gauges(
                        seen.partitions(), "barnabas_partition_log_start_offset", "Offset of the first record", p ->
                                (double) p.logStartOffset()))
                .metricSnapshot(gauges(
                        seen.partitions(),
                        "barnabas_partition_high_watermark",
                        "Offset behind the last record that may be read",
                        p -> (double) p.highWatermark()))
                .metricSnapshot(gauges(
                        compacted,
                        "barnabas_partition_dirty_bytes",
                        "Bytes of a compacted partition that were not compacted yet",
                        p -> (double) p.compaction().dirtyBytes()))
                .metricSnapshot(gauges(
                        compacted,
                        "barnabas_partition_dirty_ratio",
                        "The part of a compacted partition that was not compacted yet",
                        p -> p.compaction().dirtyRatio()))
                .metricSnapshot(counters(
                        compacted, "barnabas_partition_compactions", "How often a partition was compacted", p ->
                                (double) p.compaction().runs()))
                .metricSnapshot(counters(
                        compacted,
                        "barnabas_partition_compaction_removed_bytes",
                        "Bytes that compaction has removed from a partition",
                        p -> (double) Math.max(0, p.compaction().removedBytes())))
                .metricSnapshot(gauges(
                        compacted,
                        "barnabas_partition_last_compaction_timestamp_seconds",
                        "When a partition was compacted last, in seconds since 1970; 0 if not since the start",
                        p -> Math.max(0, p.compaction().lastRunMs()) / 1_000.0))
                .metricSnapshot(gauge(
                        "barnabas_partitions_uncompactable",
                        "Partitions that should be compacted and cannot be",
                        (double) seen.partitions().stream()
                                .filter(p -> p.compaction().setAside().isPresent())
                                .count()))
                .metricSnapshot(gauges(
                        hanging(seen),
                        "barnabas_partition_hanging_transactions",
                        "Transactions that are open for longer than any may be; readers of committed records wait",
                        p -> p.hangingTransactions()))
                .metricSnapshot(counters(
                        seen.partitions(),
                        "barnabas_scrub_checked_bytes",
                        "Bytes of a partition that were read and checked",
                        p -> (double) p.scrub().checkedBytes()))
                .metricSnapshot(gauges(
                        seen.partitions(),
                        "barnabas_scrub_damaged_batches",
                        "Stored batches of a partition that were found to be damaged",
                        p -> (double) p.scrub().damagedBatches()))
                .metricSnapshot(counters(
                        seen.partitions(),
                        "barnabas_scrub_healed_segments",
                        "Segments of a partition whose damaged records were replaced by those of another replica",
                        p -> (double) p.scrub().healedSegments()))
                .metricSnapshot(gauges(
                        seen.partitions(),
                        "barnabas_scrub_last_complete_timestamp_seconds",
                        "When all that is stored of a partition had been checked last, in seconds since 1970; 0 if not"
                                + " since the start",
                        p -> Math.max(0, p.scrub().lastCompleteMs()) / 1_000.0))
                .metricSnapshot(gauge(
                        "barnabas_process_heap_used_bytes",
                        "Heap in use, live and garbage",
                        Runtime.getRuntime().totalMemory()
                                - (double) Runtime.getRuntime().freeMemory()))
                .build();
    }

    private CounterSnapshot requests() {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name("barnabas_requests").help("Requests answered");
        for (ApiKey api : ApiKey.values()) {
            long count = broker.requestMetrics().of(api).requests().sum();
            if (count > 0) {
                counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(ofApi(api))
                        .value((double) count)
                        .build());
            }
        }
        return counter.build();
    }

    private CounterSnapshot requestBytes() {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name("barnabas_request_bytes").help("Bytes of requests received");
        for (ApiKey api : ApiKey.values()) {
            RequestMetrics.OfApi of = broker.requestMetrics().of(api);
            if (of.requests().sum() > 0) {
                counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(ofApi(api))
                        .value((double) of.requestBytes().sum())
                        .build());
            }
        }
        return counter.build();
    }

    private HistogramSnapshot latencies() {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder()
                .name("barnabas_request_seconds")
                .unit(Unit.SECONDS)
                .help("Time from the last byte of a request to its answer, waiting included");
        for (ApiKey api : ApiKey.values()) {
            RequestMetrics.OfApi of = broker.requestMetrics().of(api);
            if (of.requests().sum() > 0) {
                histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .labels(ofApi(api))
                        .classicHistogramBuckets(buckets(of.latency()))
                        .sum(of.latency().sumSeconds())
                        .build());
            }
        }
        return histogram.build();
    }

    private static ClassicHistogramBuckets buckets(LatencyHistogram latency) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int bucket = 0; bucket < LatencyHistogram.bounds(); bucket++) {
            buckets.bucket(LatencyHistogram.boundSeconds(bucket), latency.count(bucket));
        }
        return buckets.bucket(Double.POSITIVE_INFINITY, latency.count(LatencyHistogram.bounds()))
                .build();
    }

    private static List<Observation.OfPartition> compacted(Observation seen) {
        return seen.partitions().stream()
                .filter(partition -> partition.compaction().compacted())
                .toList();
    }

    /** There are next to none: partitions without are left out. */
    private static List<Observation.OfPartition> hanging(Observation seen) {
        return seen.partitions().stream()
                .filter(partition -> partition.hangingTransactions() > 0)
                .toList();
    }

    private static GaugeSnapshot gauges(
            List<Observation.OfPartition> partitions,
            String name,
            String help,
            ToDoubleFunction<Observation.OfPartition> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        for (Observation.OfPartition partition : partitions) {
            gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels(partition))
                    .value(value.applyAsDouble(partition))
                    .build());
        }
        return gauge.build();
    }

    private static CounterSnapshot counters(
            List<Observation.OfPartition> partitions,
            String name,
            String help,
            ToDoubleFunction<Observation.OfPartition> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (Observation.OfPartition partition : partitions) {
            counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels(partition))
                    .value(value.applyAsDouble(partition))
                    .build());
        }
        return counter.build();
    }

    private static Labels labels(Observation.OfPartition partition) {
        return Labels.of("topic", partition.topic(), "partition", Integer.toString(partition.partition()));
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build();
    }

    private static Labels ofApi(ApiKey api) {
        return Labels.of("api", api.name());
    }
}
