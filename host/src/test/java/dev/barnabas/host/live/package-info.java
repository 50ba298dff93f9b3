/** What only the live implementation can get wrong, and the contract suites on it. */
@NullMarked
package dev.barnabas.host.live;

import org.jspecify.annotations.NullMarked;
