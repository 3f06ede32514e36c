@NullMarked
package io.spillway.sfu.transport;

import org.jspecify.annotations.NullMarked;
