/**
 * What clients did and saw, and whether it could have happened in a log that keeps its promises. Nothing in here knows
 * a client, a broker or the simulator: a workload writes {@linkplain dev.barnabas.simulation.history.Event events} into
 * a {@link dev.barnabas.simulation.history.History}, and {@link dev.barnabas.simulation.history.Checks} judges it.
 *
 * <pre>{@code
 * History history = new History();
 * Message message = new Message("producer-1", 17);
 * byte[] value = Payload.encode(message, 200);
 * history.add(new Event.Sent(now, partition, message));
 * history.add(new Event.Acknowledged(now, partition, message, offset));
 * ...
 * history.add(new Event.Polled(now, "reader-1", partition, List.of(new Entry(offset, Payload.decode(bytes)))));
 * history.add(new Event.ReadToEnd(now, "reader-1", partition, logStart, endOffset));
 * assertThat(Checks.all(history)).isEmpty();
 * }</pre>
 *
 * <p>The checks are those of Jepsen's Kafka workload (jepsen.tests.kafka), as far as they concern a log without
 * transactions, made sharper by one thing that a test has and Jepsen often has not: a reader that has verifiably read
 * the whole log in the end. {@link dev.barnabas.simulation.history.Finding.Kind} lists what can be found. An operation
 * whose outcome is unknown (it timed out, the connection broke) is sent and neither acknowledged nor refused: it may
 * have happened or not, at any time.
 */
@NullMarked
package dev.barnabas.simulation.history;

import org.jspecify.annotations.NullMarked;
