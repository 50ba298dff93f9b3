/** Every setting, declared once: name, type, default, range, doc, dynamic or not. */
@NullMarked
package dev.barnabas.settings;

import org.jspecify.annotations.NullMarked;
