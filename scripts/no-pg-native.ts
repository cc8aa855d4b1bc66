/** In place of `pg-native`, an optional addition to `pg` that nothing here uses, so that the bundle does not import it. */
export {};
