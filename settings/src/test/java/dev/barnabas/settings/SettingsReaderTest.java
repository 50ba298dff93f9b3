package dev.barnabas.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.settings.Listeners.Address;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SettingsReaderTest {

    /** What Kafka 4 ships as config/server.properties, without its comments. */
    private static final String STOCK = """
        process.roles=broker,controller
        node.id=7
        controller.quorum.bootstrap.servers=localhost:9093
        listeners=PLAINTEXT://:9092,CONTROLLER://:9093
        inter.broker.listener.name=PLAINTEXT
        advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL
        num.network.threads=3
        num.io.threads=8
        socket.send.buffer.bytes=102400
        log.dirs=/tmp/kraft-combined-logs
        num.recovery.threads.per.data.dir=1
        offsets.topic.replication.factor=1
        log.retention.hours=168
        """;

    @Test
    void nothingGivenIsASingleNodeOnLocalhost() {
        Settings settings = accepted(new SettingsReader()).settings();

        assertThat(Listeners.of(settings).all())
                .containsExactly(new Listeners.Listener(
                        "PLAINTEXT", new Address("localhost", 9092), new Address("localhost", 9092)));
        assertThat(Listeners.of(settings).betweenBrokers()).isEqualTo("PLAINTEXT");
        assertThat(Listeners.http(settings)).contains(new Address("localhost", 9644));
        assertThat(settings.get(BrokerSettings.DURABILITY)).isEqualTo("after-sync");
    }

    @Test
    void kafkasOwnFileWorksWithOneWarningForEachNameThatDoesNothing() {
        Reading.Accepted reading = accepted(new SettingsReader().file("server.properties", STOCK));

        assertThat(reading.settings().get(BrokerSettings.NODE_ID)).isEqualTo(7);
        assertThat(Listeners.of(reading.settings()).all())
                .containsExactly(
                        new Listeners.Listener("PLAINTEXT", new Address("", 9092), new Address("localhost", 9092)));
        assertThat(reading.warnings())
                .containsExactly(
                        "server.properties:9: num.network.threads has no effect: there is one loop for each processor"
                                + " core (barnabas.loops)",
                        "server.properties:10: num.io.threads has no effect: there is one loop for each processor core"
                                + " (barnabas.loops)",
                        "server.properties:11: socket.send.buffer.bytes has no effect: the operating system sizes the"
                                + " buffers of connections",
                        "server.properties:13: num.recovery.threads.per.data.dir has no effect: partitions are"
                                + " recovered in parallel anyway");
    }

    @Test
    void theCommandLineCountsOverTheFile() {
        Settings settings = accepted(new SettingsReader()
                        .set("log.segment.bytes=2000000")
                        .file("a.properties", "log.segment.bytes=3000000\nnum.partitions=5"))
                .settings();

        assertThat(settings.get(BrokerSettings.LOG_SEGMENT_BYTES)).isEqualTo(2_000_000);
        assertThat(settings.get(BrokerSettings.NUM_PARTITIONS)).isEqualTo(5);
        assertThat(settings.describe("log.segment.bytes").orElseThrow().synonyms())
                .hasSize(2);
    }

    @Test
    void allThatIsWrongIsListedAtOnceWithFileAndLine() {
        SettingsReader reader = new SettingsReader()
                .file("server.properties", """
                    # a comment
                    log.segment.byte=2000000
                    num.partitions=0

                    log.dirs=/a,\\
                        /a
                    retention.ms=5
                    LOG_SEGMENT_BYTES=2000000
                    completely.unlike.anything=1
                    """)
                .set("auto.create.topics.enable=yes")
                .set("nonsense");

        assertThat(problems(reader))
                .containsExactlyInAnyOrder(
                        "--set: nonsense: write it as name=value",
                        "server.properties:2: log.segment.byte: unknown setting; did you mean log.segment.bytes?",
                        "server.properties:3: num.partitions: '0' is not allowed; allowed: at least 1",
                        "server.properties:5: log.dirs: names a directory twice",
                        "server.properties:7: retention.ms: a setting of a topic; the one for all topics is"
                                + " log.retention.ms",
                        "server.properties:8: LOG_SEGMENT_BYTES: unknown setting; did you mean log.segment.bytes?",
                        "server.properties:9: completely.unlike.anything: unknown setting; all settings are listed in"
                                + " docs/settings.md",
                        "--set: auto.create.topics.enable: 'yes' is not true or false");
    }

    @Test
    void securityThatIsMissingIsNotPassedOver() {
        assertThat(problems(new SettingsReader().set("authorizer.class.name=org.example.Authorizer")))
                .containsExactly("--set: authorizer.class.name: 'org.example.Authorizer' is not allowed; allowed: only"
                        + " empty: access control is not in this version; without it everybody may do everything");
        assertThat(problems(new SettingsReader().set("listeners=SSL://:9092")))
                .containsExactly(
                        "--set: listeners: the listener SSL is SSL; TLS and SASL are not in this version: use a"
                                + " listener that is PLAINTEXT");
        assertThat(problems(new SettingsReader().set("security.inter.broker.protocol=SSL")))
                .hasSize(1);
    }

    @Test
    void aNodeOfAClusterNeedsAListenerForTheOthers() {
        assertThat(problems(new SettingsReader().set("controller.quorum.voters=1@a:9093,2@b:9093")))
                .containsExactly("controller.listener.names: a node of a cluster needs a listener for the others: add"
                        + " CONTROLLER://host:port to listeners, and set controller.listener.names=CONTROLLER");
        assertThat(problems(new SettingsReader().set("controller.quorum.voters=1@a:9093,b:9093")))
                .containsExactly("--set: controller.quorum.voters: 'b:9093' is not NODE_ID@host:port");
        Settings cluster = accepted(new SettingsReader()
                        .set("listeners=PLAINTEXT://a:9092,CONTROLLER://a:9093")
                        .set("controller.listener.names=CONTROLLER")
                        .set("controller.quorum.voters=1@a:9093,2@b:9093"))
                .settings();
        ControllerQuorum quorum = ControllerQuorum.of(cluster).orElseThrow();
        assertThat(quorum.advertised()).isEqualTo(new Listeners.Address("a", 9093));
        assertThat(quorum.voters()).containsOnlyKeys(1, 2);
        assertThat(quorum.beginsHere()).isFalse();
    }

    @Test
    void aNodeThatIsItsOwnQuorumIsAlone() {
        Settings alone = accepted(new SettingsReader().set("controller.quorum.voters=1@localhost:9093"))
                .settings();

        assertThat(ControllerQuorum.of(alone)).isEmpty();
    }

    @Test
    void aNodeServesAndTakesPartInTheMetadata() {
        assertThat(problems(new SettingsReader().set("process.roles=broker"))).hasSize(1);
    }

    @Test
    void listenersMustMakeSenseTogether() {
        assertThat(problems(new SettingsReader().set("listeners=localhost:9092")))
                .containsExactly("--set: listeners: 'localhost:9092' is not NAME://host:port");
        assertThat(problems(new SettingsReader().set("listeners=INSIDE://:9092")))
                .containsExactly("listener.security.protocol.map: says nothing about the listener INSIDE; add"
                        + " INSIDE:PLAINTEXT");
        assertThat(problems(new SettingsReader().set("listeners=PLAINTEXT://0.0.0.0:9092")))
                .containsExactly("advertised.listeners: clients cannot connect to 0.0.0.0; name the address of this"
                        + " machine, for example PLAINTEXT://localhost:9092");
        assertThat(problems(new SettingsReader().set("advertised.listeners=OTHER://a:1")))
                .containsExactly("--set: advertised.listeners: OTHER is not one of the names in listeners");
        assertThat(problems(new SettingsReader().set("inter.broker.listener.name=OTHER")))
                .hasSize(1);
        assertThat(problems(new SettingsReader()
                        .set("listeners=A://:1,B://:1")
                        .set("listener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT")))
                .hasSize(1);
        assertThat(problems(new SettingsReader().set("listeners=A://:1").set("listener.security.protocol.map=A:TLS")))
                .hasSize(2);
        assertThat(problems(new SettingsReader().set("barnabas.http.listener=9644")))
                .hasSize(1);
    }

    @Test
    void severalNamedListenersAndInternetProtocolSixAreRead() {
        Settings settings = accepted(new SettingsReader()
                        .set("listeners=inside://[::1]:9092,OUTSIDE://:0")
                        .set("advertised.listeners=OUTSIDE://example.org:0")
                        .set("inter.broker.listener.name=INSIDE")
                        .set("listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT")
                        .set("barnabas.http.listener="))
                .settings();

        assertThat(Listeners.of(settings).all())
                .containsExactly(
                        new Listeners.Listener("INSIDE", new Address("::1", 9092), new Address("::1", 9092)),
                        new Listeners.Listener("OUTSIDE", new Address("", 0), new Address("example.org", 0)));
        assertThat(Listeners.http(settings)).isEmpty();
    }

    @Test
    void brokerIdIsTheOldNameOfNodeId() {
        assertThat(accepted(new SettingsReader().set("broker.id=3")).settings().get(BrokerSettings.NODE_ID))
                .isEqualTo(3);
        assertThat(problems(new SettingsReader().set("broker.id=3").set("node.id=4")))
                .containsExactly("--set: node.id: differs from broker.id, which is its old name: remove one of them");
    }

    @Test
    void namesThatKafkaHadAndThoseOfOneListenerAreAcceptedWithAWarning() {
        Reading.Accepted reading = accepted(new SettingsReader()
                .set("zookeeper.connect=a:2181")
                .set("inter.broker.protocol.version=3.9")
                .set("listener.name.internal.ssl.keystore.location=/a")
                .set("listener.name.internal.scram-sha-256.sasl.jaas.config=x"));

        assertThat(reading.warnings()).hasSize(4);
        assertThat(problems(new SettingsReader().set("listener.name.internal.nonsense=1")))
                .hasSize(1);
    }

    @Test
    void aValueGivenTwiceIsWarnedOf() {
        Reading.Accepted reading = accepted(new SettingsReader().file("a.properties", "node.id=1\nnode.id=2"));

        assertThat(reading.settings().get(BrokerSettings.NODE_ID)).isEqualTo(2);
        assertThat(reading.warnings()).containsExactly("a.properties:2: node.id replaces the value at a.properties:1");
    }

    @Test
    void limitsOfSingleAddressesAreRead() {
        Settings settings = accepted(new SettingsReader().set("max.connections.per.ip.overrides=a:1,127.0.0.1:200"))
                .settings();

        assertThat(ConnectionOverrides.of(settings)).containsEntry("a", 1).containsEntry("127.0.0.1", 200);
        assertThat(problems(new SettingsReader().set("max.connections.per.ip.overrides=a")))
                .hasSize(1);
        assertThat(problems(new SettingsReader().set("log.retention.ms=0"))).hasSize(1);
        assertThat(problems(new SettingsReader().set("group.min.session.timeout.ms=9000000")))
                .hasSize(1);
    }

    @Test
    void filesHaveTheSyntaxOfProperties() {
        PropertiesText text =
                PropertiesText.parse("f", "! c\n  # c \\\n a : 1\\\n   2\r\nb\\=c=d\\u0041\n\ne f\ng=\\u00zz\nh");

        assertThat(text.assignments())
                .containsExactly(
                        new Assignment("f:3", "a", "12"),
                        new Assignment("f:5", "b=c", "dA"),
                        new Assignment("f:7", "e", "f"),
                        new Assignment("f:9", "h", ""));
        assertThat(text.problems()).extracting(Problem::where).containsExactly("f:8");
    }

    private static Reading.Accepted accepted(SettingsReader reader) {
        Reading reading = reader.read();
        assertThat(reading).isInstanceOf(Reading.Accepted.class);
        return (Reading.Accepted) reading;
    }

    private static List<String> problems(SettingsReader reader) {
        Reading reading = reader.read();
        assertThat(reading).isInstanceOf(Reading.Refused.class);
        return ((Reading.Refused) reading)
                .problems().stream().map(Problem::toString).toList();
    }
}
