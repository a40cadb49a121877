/** See `digest.mjs`. */
export function digestOf(cells: Iterable<readonly [row: number, field: string, value: unknown]>): string;
