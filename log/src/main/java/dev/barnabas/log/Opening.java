package dev.barnabas.log;

/** What comes of opening a log; one of the two is called, once, on the log's loop. */
public interface Opening {

    void opened(PartitionLog log);

    void failed(LogFault fault);
}
