/**
 * What the cluster agrees on: commands, the immutable ClusterImage, pure apply, the MetadataLog port, the embedded
 * single-node log.
 */
@NullMarked
package dev.barnabas.metadata;

import org.jspecify.annotations.NullMarked;
