package dev.barnabas.broker;

import dev.barnabas.metadata.AlterQuotas;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.QuotaEntity;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterClientQuotasRequest;
import dev.barnabas.protocol.message.AlterClientQuotasRequest.EntityData;
import dev.barnabas.protocol.message.AlterClientQuotasRequest.OpData;
import dev.barnabas.protocol.message.AlterClientQuotasResponse;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * AlterClientQuotas 0-1 (KIP-546): quotas are stored for all brokers. Nobody is held to them yet.
 *
 * <ul>
 *   <li>v1: flexible.
 * </ul>
 */
final class AlterClientQuotasHandler implements Handler<AlterClientQuotasRequest> {

    private final ClusterMetadata metadata;

    AlterClientQuotasHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(AlterClientQuotasRequest request, Call call) {
        Answers<AlterClientQuotasResponse.EntryData> answers = new Answers<>(call.loop());
        for (AlterClientQuotasRequest.EntryData entry : request.entries()) {
            NavigableMap<String, Optional<String>> parts = new TreeMap<>();
            entry.entity().forEach(part -> parts.put(part.entityType(), Optional.ofNullable(part.entityName())));
            NavigableMap<String, @Nullable Double> changes = new TreeMap<>();
            entry.ops().forEach(op -> changes.put(op.key(), op.remove() ? null : Double.valueOf(op.value())));
            boolean repeats = parts.size() < entry.entity().size()
                    || !Repeated.in(entry.ops().stream().map(OpData::key).toList())
                            .isEmpty();
            if (repeats) {
                answers.known(result(entry, ErrorCode.INVALID_REQUEST, "The same is said more than once."));
                continue;
            }
            Consumer<AlterClientQuotasResponse.EntryData> then = answers.expect(result(entry, ErrorCode.NONE, null));
            metadata.submit(
                    new AlterQuotas(new QuotaEntity(parts), changes, request.validateOnly()),
                    call.loop(),
                    answer -> then.accept(result(entry, answer)));
        }
        answers.await(results ->
                call.answer(AlterClientQuotasResponse.builder().entries(results).build()));
    }

    private static AlterClientQuotasResponse.EntryData result(
            AlterClientQuotasRequest.EntryData entry, Answer<NavigableMap<String, String>> answer) {
        return switch (answer) {
            case Answer.Granted<NavigableMap<String, String>> _ -> result(entry, ErrorCode.NONE, null);
            case Answer.Refused<NavigableMap<String, String>>(Refusal refusal) ->
                result(entry, refusal.error(), refusal.message());
        };
    }

    private static AlterClientQuotasResponse.EntryData result(
            AlterClientQuotasRequest.EntryData entry, ErrorCode error, @Nullable String message) {
        return new AlterClientQuotasResponse.EntryData(
                error.code(),
                message,
                entry.entity().stream().map(AlterClientQuotasHandler::answered).toList());
    }

    private static AlterClientQuotasResponse.EntityData answered(EntityData part) {
        return new AlterClientQuotasResponse.EntityData(part.entityType(), part.entityName());
    }
}
