/** One partition's log on a Disk: segments, indexes, producer state, epochs, recovery, retention. */
@NullMarked
package dev.barnabas.log;

import org.jspecify.annotations.NullMarked;
