package dev.barnabas.log;

import java.io.IOException;

/**
 * The disk failed a log: it is offline and stays so until it is opened anew. Nothing was acknowledged that is not
 * there.
 *
 * @param message what the log was doing
 */
public record LogFault(String message, IOException cause) {}
