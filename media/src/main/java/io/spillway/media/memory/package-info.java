/** Memory that is borrowed and given back. */
@NullMarked
package io.spillway.media.memory;

import org.jspecify.annotations.NullMarked;
