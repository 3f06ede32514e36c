@NullMarked
package io.spillway.sfu.crossing;

import org.jspecify.annotations.NullMarked;
