/**
 * Side-by-side runs: Apache Kafka and Barnabas in turn on the same machine, each as a process of its own, both driven
 * by Kafka's performance tools. {@link dev.barnabas.benchmarks.SideBySide} (one node),
 * {@link dev.barnabas.benchmarks.ClusterSideBySide} (three) and {@link dev.barnabas.benchmarks.CoordinationSideBySide}
 * (transactions and groups) are the programs; docs/performance.md has the commands and the figures.
 *
 * <p>The client takes most of the processor in these runs and the machine's speed drifts, so the figures to compare are
 * the processor seconds that the broker process itself took, and ratios of runs that stand next to each other.
 */
@NullMarked
package dev.barnabas.benchmarks;

import org.jspecify.annotations.NullMarked;
