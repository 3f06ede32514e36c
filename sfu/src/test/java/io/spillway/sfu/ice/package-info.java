@NullMarked
package io.spillway.sfu.ice;

import org.jspecify.annotations.NullMarked;
