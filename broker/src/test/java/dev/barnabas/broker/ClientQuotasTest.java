package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterClientQuotasRequest;
import dev.barnabas.protocol.message.AlterClientQuotasRequest.EntityData;
import dev.barnabas.protocol.message.AlterClientQuotasRequest.EntryData;
import dev.barnabas.protocol.message.AlterClientQuotasRequest.OpData;
import dev.barnabas.protocol.message.AlterClientQuotasResponse;
import dev.barnabas.protocol.message.DescribeClientQuotasRequest;
import dev.barnabas.protocol.message.DescribeClientQuotasRequest.ComponentData;
import dev.barnabas.protocol.message.DescribeClientQuotasResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientQuotasTest {

    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte ANY = 2;
    private static final int VERSION = 1;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

    @Test
    void whatIsStoredIsDescribedAlsoAfterARestart() {
        assertThat(alter(
                        false, set("producer_byte_rate", 1024), part("user", "alice & bob=x"), part("client-id", null)))
                .isEqualTo(ErrorCode.NONE);
        assertThat(alter(false, set("request_percentage", 12.5), part("user", null)))
                .isEqualTo(ErrorCode.NONE);
        assertThat(alter(false, set("connection_creation_rate", 7), part("ip", "10.0.0.1")))
                .isEqualTo(ErrorCode.NONE);

        node.restart();

        assertThat(describe(false))
                .containsExactlyInAnyOrder(
                        "{client-id=null, user=alice & bob=x} {producer_byte_rate=1024.0}",
                        "{ip=10.0.0.1} {connection_creation_rate=7.0}",
                        "{user=null} {request_percentage=12.5}");
    }

    @Test
    void aFilterPicksByNameByDefaultOrByKind() {
        alter(false, set("producer_byte_rate", 1), part("user", "alice"));
        alter(false, set("producer_byte_rate", 2), part("user", null));
        alter(false, set("producer_byte_rate", 3), part("user", "alice"), part("client-id", "app"));

        assertThat(describe(true, filter("user", EXACT, "alice")))
                .containsExactly("{user=alice} {producer_byte_rate=1.0}");
        assertThat(describe(false, filter("user", EXACT, "alice"))).hasSize(2);
        assertThat(describe(true, filter("user", DEFAULT, null)))
                .containsExactly("{user=null} {producer_byte_rate=2.0}");
        assertThat(describe(false, filter("client-id", ANY, null)))
                .containsExactly("{client-id=app, user=alice} {producer_byte_rate=3.0}");
    }

    @Test
    void aQuotaThatIsTakenAwayIsGoneAndValidationChangesNothing() {
        alter(false, set("producer_byte_rate", 1), part("user", "alice"));
        assertThat(alter(true, new OpData("producer_byte_rate", 0, true), part("user", "alice")))
                .isEqualTo(ErrorCode.NONE);
        assertThat(describe(false)).hasSize(1);

        alter(false, new OpData("producer_byte_rate", 0, true), part("user", "alice"));

        assertThat(describe(false)).isEmpty();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(alter(false, set("producer_byte_rate", 0), part("user", "a")))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(false, set("producer_byte_rate", 1.5), part("user", "a")))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(false, set("no_such_rate", 1), part("user", "a"))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(false, set("connection_creation_rate", 1), part("user", "a")))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(false, set("producer_byte_rate", 1))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(false, set("producer_byte_rate", 1), part("cat", "a"))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(false, set("producer_byte_rate", 1), part("ip", "1.1.1.1"), part("user", "a")))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal(filter("cat", ANY, null))).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
        assertThat(refusal(filter("user", ANY, null), filter("user", ANY, null)))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal(filter("ip", ANY, null), filter("user", ANY, null))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal(filter("user", (byte) 9, null))).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    private ErrorCode alter(boolean validateOnly, OpData change, EntityData... parts) {
        return ErrorCode.forCode(node.ask(
                        new AlterClientQuotasRequest(
                                List.of(new EntryData(List.of(parts), List.of(change))), validateOnly),
                        VERSION,
                        AlterClientQuotasResponse.class)
                .entries()
                .getFirst()
                .errorCode());
    }

    private List<String> describe(boolean strict, ComponentData... filters) {
        List<DescribeClientQuotasResponse.EntryData> entries = node.ask(
                        new DescribeClientQuotasRequest(List.of(filters), strict),
                        VERSION,
                        DescribeClientQuotasResponse.class)
                .entries();
        assertThat(entries).isNotNull();
        return entries.stream()
                .map(entry -> entry.entity().stream()
                                .map(part -> part.entityType() + "=" + part.entityName())
                                .collect(Collectors.joining(", ", "{", "} "))
                        + entry.values().stream()
                                .map(value -> value.key() + "=" + value.value())
                                .collect(Collectors.joining(", ", "{", "}")))
                .toList();
    }

    private ErrorCode refusal(ComponentData... filters) {
        return ErrorCode.forCode(node.ask(
                        new DescribeClientQuotasRequest(List.of(filters), false),
                        VERSION,
                        DescribeClientQuotasResponse.class)
                .errorCode());
    }

    private static OpData set(String name, double value) {
        return new OpData(name, value, false);
    }

    private static EntityData part(String type, @Nullable String name) {
        return new EntityData(type, name);
    }

    private static ComponentData filter(String type, byte match, @Nullable String name) {
        return new ComponentData(type, match, name);
    }
}
