/** One partition's role on this node: leader or follower, in-sync set, high watermark. */
@NullMarked
package dev.barnabas.replication;

import org.jspecify.annotations.NullMarked;
