/** A program that judges generated files. */
export type Tool = 'promtool' | 'amtool' | 'caddy' | 'nginx' | 'nft' | 'systemd-analyze';
export function findTool(root: string, name: Tool, folders?: readonly string[]): string | null;
export function installTools(root: string, say: (line: string) => void): Tool[];
