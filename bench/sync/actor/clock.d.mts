export function now(): number;
export function until(atMs: number): Promise<void>;
