package dev.barnabas.transactions;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Gives out producer ids, each only once in the life of the cluster. */
public interface ProducerIdSource {

    /** One of the two is called, once, on {@code loop}, and not before this method has returned. */
    void next(Loop loop, LongConsumer then, Consumer<ErrorCode> refused);
}
