/** The world as ports: clock, loop, disk, network, entropy; and the live implementation on Netty and NIO. */
@NullMarked
package dev.barnabas.host;

import org.jspecify.annotations.NullMarked;
