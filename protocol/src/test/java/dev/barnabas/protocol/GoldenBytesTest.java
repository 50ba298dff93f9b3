package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message in every version has the same bytes as in Apache Kafka's own implementation, in both directions. */
final class GoldenBytesTest {
    private static final int INSTANCES = 25;

    static List<Subject> subjects() {
        return Subject.all();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void hasTheBytesOfKafka(Subject subject) {
        subject.versions().forEach(version -> {
            for (int i = 0; i < Seed.times(INSTANCES); i++) {
                Message message = new RandomMessages(Seed.random("fitting", subject.toString(), version, i))
                        .fitting(subject, version);
                Supplier<String> what = describe(subject, version, i, message);
                org.apache.kafka.common.protocol.Message official = OfficialCodec.convert(subject, message);

                ByteBuffer theirs = OfficialCodec.write(official, version);
                Encoded ours = Encoded.message(message, version);

                assertThat(hex(ours.flatten())).as(what).isEqualTo(hex(theirs));
                assertThat(message.size(version)).as(what).isEqualTo(theirs.remaining());
                assertThat(OfficialCodec.read(subject, ours.flatten(), version))
                        .as(what)
                        .isEqualTo(official);
                Reader in = new Reader(theirs);
                assertThat(subject.read(in, version)).as(what).isEqualTo(message);
                assertThat(in.remaining()).as(what).isZero();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void dropsAndRefusesWhatAVersionCannotExpressAsKafkaDoes(Subject subject) {
        subject.versions().forEach(version -> {
            for (int i = 0; i < Seed.times(INSTANCES); i++) {
                Message message = new RandomMessages(Seed.random("anything", subject.toString(), version, i))
                        .anything(subject, version);

                String theirs = hexOrNull(() -> OfficialCodec.write(OfficialCodec.convert(subject, message), version));
                String ours = hexOrNull(() -> Encoded.message(message, version).flatten());

                assertThat(ours).as(describe(subject, version, i, message)).isEqualTo(theirs);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void hasTheDefaultsOfKafka(Subject subject) {
        Message defaults = (Message) Reflection.defaults(subject.type());

        assertThat(OfficialCodec.convert(subject, defaults)).isEqualTo(Reflection.create(subject.official()));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void aCopyFromABuilderIsEqual(Subject subject) {
        int version = subject.schema().validVersions().highest();
        Message message = new RandomMessages(Seed.random("copy", subject.toString())).fitting(subject, version);

        assertThat(Reflection.copy(message)).isEqualTo(message);
    }

    @Test
    void everySchemaOfKafkaIsASubject() {
        assertThat(Subject.all()).hasSize(245);
        assertThat(Subject.all().stream()
                        .mapToLong(subject -> subject.versions().count())
                        .sum())
                .isGreaterThan(500);
    }

    @Test
    void everyApiAndVersionIsASubject() {
        for (ApiKey api : ApiKey.values()) {
            for (String kind : List.of("Request", "Response")) {
                Subject subject = Subject.all().stream()
                        .filter(candidate -> candidate.toString().equals(api.apiName() + kind))
                        .findFirst()
                        .orElseThrow();
                assertThat(subject.versions().min()).hasValue(api.lowestVersion());
                assertThat(subject.versions().max()).hasValue(api.highestVersion());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void unknownTaggedFieldsAreSkipped(Subject subject) {
        subject.versions()
                .filter(version -> subject.schema().flexibleVersions().contains(version))
                .forEach(version -> {
                    Random random = Seed.random("tags", subject.toString(), version);
                    Message message = new RandomMessages(random).fitting(subject, version);
                    org.apache.kafka.common.protocol.Message official = OfficialCodec.convert(subject, message);
                    official.unknownTaggedFields()
                            .add(new org.apache.kafka.common.protocol.types.RawTaggedField(9_999, new byte[200]));

                    Reader in = new Reader(OfficialCodec.write(official, version));

                    assertThat(subject.read(in, version)).isEqualTo(message);
                    assertThat(in.remaining()).isZero();
                });
    }

    private interface Encoding {
        ByteBuffer bytes();
    }

    private static @Nullable String hexOrNull(Encoding encoding) {
        try {
            return hex(encoding.bytes());
        } catch (RuntimeException refused) {
            return null;
        }
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }

    private static Supplier<String> describe(Subject subject, int version, int instance, Message message) {
        return () -> subject + " version " + version + ", instance " + instance + "; "
                + Seed.howToRepeat(GoldenBytesTest.class) + "\n" + message;
    }
}
