package dev.barnabas.log;

/** What comes of a request that takes the log a while; one of the two is called, once, on the log's loop. */
public interface LogAnswer<T> {

    void done(T result);

    /** It was not done; the log is as it was, or offline (then its listener has been told why). */
    void refused(LogRefusal refusal);
}
