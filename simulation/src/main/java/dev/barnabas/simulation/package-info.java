/** The same ports in one thread under a seed; fault plans, workloads, checkers. */
@NullMarked
package dev.barnabas.simulation;

import org.jspecify.annotations.NullMarked;
