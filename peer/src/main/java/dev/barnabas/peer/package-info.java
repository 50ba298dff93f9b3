/** Request/response over one connection, sans-IO: framing, correlation, version negotiation. */
@NullMarked
package dev.barnabas.peer;

import org.jspecify.annotations.NullMarked;
