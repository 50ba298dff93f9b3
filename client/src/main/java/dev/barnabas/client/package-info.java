/**
 * Producer, consumer and administration of a cluster that speaks the Kafka protocol.
 *
 * <p>Everything belongs to one {@link dev.barnabas.host.Loop}, is called there and calls back there; so there are no
 * locks, and the same client runs live and in the simulator. Who may wait uses it from other threads through
 * {@link dev.barnabas.client.Blocking}:
 *
 * <pre>{@code
 * Cluster cluster = new Cluster(host, loop, ClusterSettings.of("localhost:9092"));
 * Blocking blocking = new Blocking(loop);
 *
 * Admin admin = new Admin(cluster);
 * blocking.get(() -> admin.createTopics(List.of(Topics.New.of("greetings"))));
 *
 * BlockingProducer producer = new BlockingProducer(cluster, ProducerSettings.defaults());
 * producer.send(ProducerRecord.ofText("greetings", "key", "hello"), Delivery.ignored());
 * producer.close(Duration.ofSeconds(10));
 *
 * Consumer consumer = blocking.get(() -> Eventual.of(new Consumer(cluster, ConsumerSettings.group("readers"))));
 * blocking.run(() -> consumer.subscribe(List.of("greetings"), RebalanceListener.NONE));
 * blocking.get(() -> consumer.poll(Duration.ofSeconds(1))).forEach((partition, record) -> ...);
 * }</pre>
 *
 * <p>What does not succeed is a value: an operation gives an {@link dev.barnabas.client.Eventual}, which becomes a
 * {@link dev.barnabas.client.Result}, a value or a {@link dev.barnabas.client.ClientError}. An operation on several
 * things gives a result for each.
 *
 * <h2>How it is built</h2>
 *
 * <ul>
 *   <li>{@link dev.barnabas.client.Cluster} is what all share. {@code Links} keeps the connections (three kinds to a
 *       broker, see {@code Lane}), {@code Metadata} the {@link dev.barnabas.client.ClusterView} fresh,
 *       {@code Coordinators} knows who coordinates which group.
 *   <li>{@code Scatter} carries a {@code Question} about many things out: finds who is responsible for each, asks each
 *       of them once, and asks again where that helps. {@link dev.barnabas.client.Admin} is nothing but questions
 *       ({@code TopicQuestions}, {@code ConfigQuestions}, {@code OffsetQuestions}, {@code GroupQuestions},
 *       {@code BrokerQuestions}).
 *   <li>{@link dev.barnabas.client.Producer}: a record goes into the open batch of its partition ({@code TopicQueues}
 *       chooses the partition, {@code PartitionQueue} keeps order and sequence numbers), {@code ProduceSender} brings
 *       the batches to the leaders.
 *   <li>{@link dev.barnabas.client.Consumer}: {@code Positions} finds out where to start, {@code Fetcher} fetches ahead
 *       of the {@code Cursor}s, {@code Commits} commits. In a group {@code GroupMembership} brings and takes the
 *       partitions; {@code GroupLeader} shares them out with an {@link dev.barnabas.client.Assignor}.
 * </ul>
 *
 * <h2>Non-obvious</h2>
 *
 * <ul>
 *   <li>A request that is not answered in time ends its connection, so timeouts of operations are never handed down to
 *       requests; an operation gives up, and the answer that comes later is of no interest.
 *   <li>A batch that could have been written keeps its sequence number whatever happens. It may only be given another
 *       one when the broker has said that it was not written: anything else writes twice.
 *   <li>No batch is sent that is five ahead of an unanswered one, also not to another leader: brokers recognise only
 *       the last five.
 *   <li>Partitions come and go only during a poll. What a poll returned is done with when the next one is called.
 *   <li>Whatever is iterated over has an order that is the same in every run ({@code LinkedHashMap}, {@code TreeMap}):
 *       {@code Map.of} and hash tables of identity hash codes do not, and would make simulations differ.
 * </ul>
 */
@NullMarked
package dev.barnabas.client;

import org.jspecify.annotations.NullMarked;
