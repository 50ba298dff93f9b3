/**
 * The {@code barnabas} command. {@link dev.barnabas.cli.Main} puts the commands together; each of them is a class with
 * picocli's annotations that gets its {@link dev.barnabas.cli.Streams} in the constructor, opens a
 * {@link dev.barnabas.cli.Session} with the options of {@link dev.barnabas.cli.ClusterOptions}, and shows what it
 * learns as a {@link dev.barnabas.cli.Table} to people or as {@link dev.barnabas.cli.Json} to programs. What goes wrong
 * is a {@link dev.barnabas.cli.Failure} or a {@code ClientException}; {@link dev.barnabas.cli.Main} turns both into a
 * message and an exit code.
 */
@NullMarked
package dev.barnabas.cli;

import org.jspecify.annotations.NullMarked;
