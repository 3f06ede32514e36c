/** The database. Only this package knows SQL. */
@NullMarked
package io.spillway.recorder.sql;

import org.jspecify.annotations.NullMarked;
