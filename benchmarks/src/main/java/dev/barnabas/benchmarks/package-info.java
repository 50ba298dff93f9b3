/** JMH, and side-by-side runs against Apache Kafka. */
@NullMarked
package dev.barnabas.benchmarks;

import org.jspecify.annotations.NullMarked;
