/**
 * The rules of the house over the classes and sources of all modules. {@link dev.barnabas.architecture.ModulesTest}
 * holds the module table of ARCHITECTURE.md against the classes, {@link dev.barnabas.architecture.WorldTest} says that
 * time, threads, files, sockets and randomness come in through the ports only,
 * {@link dev.barnabas.architecture.PackagesTest} and {@link dev.barnabas.architecture.NamesTest} what packages and
 * classes look like. {@link dev.barnabas.architecture.Barnabas} is what they look at.
 *
 * <p>An exception to a rule stands next to it, with its reason.
 */
@NullMarked
package dev.barnabas.architecture;

import org.jspecify.annotations.NullMarked;
