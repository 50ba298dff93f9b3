/** Build tool: message schemas (JSON) to Java records and codecs. */
@NullMarked
package dev.barnabas.protocol.generator;

import org.jspecify.annotations.NullMarked;
