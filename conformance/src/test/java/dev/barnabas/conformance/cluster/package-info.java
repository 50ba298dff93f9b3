/**
 * Clusters of real processes on the loopback address, driven by the official Java client while nodes are killed,
 * stopped, paused and started again. {@link dev.barnabas.conformance.cluster.RunningCluster} is the cluster,
 * {@link dev.barnabas.conformance.cluster.Workload} the load and the judgement: nothing acknowledged is lost, doubled
 * or reordered, and a group goes on where it was.
 *
 * <p>How long nobody was acknowledged is printed in lines that begin with {@code gap}, and not asserted: it depends on
 * the machine.
 */
@NullMarked
package dev.barnabas.conformance.cluster;

import org.jspecify.annotations.NullMarked;
