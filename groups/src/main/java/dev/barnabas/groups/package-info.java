/** The group shard: classic groups and their offsets. Pure logic. */
@NullMarked
package dev.barnabas.groups;

import org.jspecify.annotations.NullMarked;
