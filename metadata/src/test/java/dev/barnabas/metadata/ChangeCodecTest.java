package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Uuid;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was ever stored stays readable: these bytes are never to be changed. */
final class ChangeCodecTest {

    private static final Uuid ID = new Uuid(0x0102030405060708L, 0x090A0B0C0D0E0F10L);
    private static final Partition PARTITION =
            new Partition(List.of(1, 2, 5), List.of(2), List.of(1), List.of(), List.of(5), List.of(), 2, true, 3, 4);
    private static final String STORED_PARTITION =
            "04 00000001 00000002 00000005 02 00000002 02 00000001 01 02 00000005 01 00000002 01 00000003 00000004 00";

    private static final Change.PartitionsChanged PARTITIONS_CHANGED = new Change.PartitionsChanged(
            List.of(new Change.PartitionsChanged.OfTopic(ID, new TreeMap<>(Map.of(7, PARTITION)))));

    static Stream<Arguments> stored() {
        TreeMap<String, @Nullable String> changed = new TreeMap<>();
        changed.put("k", "v");
        changed.put("l", null);
        return Stream.of(
                Arguments.of(
                        new Change.ClusterStarted("id", new TreeMap<>(Map.of("f", (short) 1))),
                        "0001 0000 036964 02 0266 0001 00 00"),
                Arguments.of(
                        new Change.BrokerRegistered(new Broker(
                                1,
                                2,
                                ID,
                                List.of(new Broker.Endpoint("L", "h", 65_535, (short) 0)),
                                "r",
                                List.of(ID),
                                new TreeMap<>(Map.of("f", new Broker.FeatureRange((short) 1, (short) 2))),
                                true,
                                false,
                                List.of())),
                        "0002 0000 00000001 0000000000000002 0102030405060708090a0b0c0d0e0f10 0272"
                                + "02 024c 0268 ffff 0000 00"
                                + "02 0102030405060708090a0b0c0d0e0f10 02 0266 0001 0002 00 01 00 00"),
                Arguments.of(
                        new Change.BrokerRegistered(new Broker(
                                1, 2, ID, List.of(), null, List.of(), new TreeMap<>(), false, true, List.of(ID))),
                        "0002 0000 00000001 0000000000000002 0102030405060708090a0b0c0d0e0f10 00 01 01 01 00 01"
                                + " 01 00 11 02 0102030405060708090a0b0c0d0e0f10"),
                Arguments.of(
                        new Change.BrokerStateChanged(1, 2, false, true, List.of(ID), List.of(ID)),
                        "000a 0000 00000001 0000000000000002 00 01 02 0102030405060708090a0b0c0d0e0f10"
                                + " 01 00 11 02 0102030405060708090a0b0c0d0e0f10"),
                Arguments.of(new Change.BrokerUnregistered(1, 2), "000b 0000 00000001 0000000000000002 00"),
                Arguments.of(
                        PARTITIONS_CHANGED,
                        "000c 0000" + "02 0102030405060708090a0b0c0d0e0f10 02 00000007" + STORED_PARTITION
                                + "00 00 00"),
                Arguments.of(
                        new Change.Together(List.of(new Change.BrokerUnregistered(1, 2), new Change.TopicDeleted(ID))),
                        "000d 0000 03 12 000b 0000 00000001 0000000000000002 00 00"
                                + "16 0004 0000 0102030405060708090a0b0c0d0e0f10 00 00 00"),
                Arguments.of(
                        new Change.TopicCreated(new Topic(ID, "t", List.of(PARTITION)), Given.settings("k", "v")),
                        "0003 0000 0102030405060708090a0b0c0d0e0f10 0274"
                                + "02" + STORED_PARTITION
                                + "02 026b 0276 00 00"),
                Arguments.of(new Change.TopicDeleted(ID), "0004 0000 0102030405060708090a0b0c0d0e0f10 00"),
                Arguments.of(
                        new Change.PartitionsAdded(ID, 7, List.of(PARTITION)),
                        "0005 0000 0102030405060708090a0b0c0d0e0f10 00000007" + "02" + STORED_PARTITION + "00"),
                Arguments.of(
                        new Change.SettingsChanged(Resource.group("g"), changed),
                        "0006 0000 20 0267 03 026b 0276 00 026c 00 00 00"),
                Arguments.of(
                        new Change.ProducerIdsAllocated(1, 2, 3), "0007 0000 00000001 0000000000000002 00000003 00"),
                Arguments.of(
                        new Change.FeaturesFinalized(new TreeMap<>(Map.of("f", (short) 2))),
                        "0008 0000 02 0266 0002 00 00"),
                Arguments.of(
                        new Change.ReplicasAssigned(
                                1, List.of(new ReplicaAssignment(new ReplicaDirectory(ID, "d"), ID, List.of(0, 5)))),
                        "0009 0000 00000001 02 0102030405060708090a0b0c0d0e0f10 0264"
                                + "0102030405060708090a0b0c0d0e0f10 03 00000000 00000005 00 00"));
    }

    @ParameterizedTest
    @MethodSource("stored")
    void everyChangeHasItsStoredForm(Change change, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));

        assertThat(ChangeCodec.decode(ByteBuffer.wrap(bytes))).isEqualTo(change);
        assertThat(HexFormat.of().formatHex(array(ChangeCodec.encode(change))))
                .isEqualTo(HexFormat.of().formatHex(bytes));
    }

    @Test
    void everyKindOfChangeIsTested() {
        List<Class<?>> tested = new ArrayList<>();
        stored().forEach(arguments -> tested.add(arguments.get()[0].getClass()));

        assertThat(tested).containsAll(Arrays.asList(Change.class.getPermittedSubclasses()));
    }

    @Test
    void whatANewerVersionHasWrittenIsNotGuessedAt() {
        assertThatThrownBy(() -> ChangeCodec.decode(bytes("000e 0000 00")))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("kind 14");
        assertThatThrownBy(() -> ChangeCodec.decode(bytes("0004 0001 0102030405060708090a0b0c0d0e0f10 00")))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("version 1");
        assertThatThrownBy(() -> ChangeCodec.decode(bytes("0006 0000 05 0267 01 00")))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> ChangeCodec.decode(bytes("00"))).isInstanceOf(MalformedMessageException.class);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
