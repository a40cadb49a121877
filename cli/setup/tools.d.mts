/** A program of others that judges what we do. */
export type Tool =
	| 'promtool'
	| 'amtool'
	| 'caddy'
	| 'nginx'
	| 'nft'
	| 'systemd-analyze'
	| 'litmus'
	| 'calcurse-caldav'
	| 'vdirsyncer'
	| 'todoman'
	| 'khal'
	| 'khard'
	| 'radicale'
	| 'cadaver';
export function findTool(root: string, name: Tool, folders?: readonly string[]): string | null;
export function installTools(root: string, say: (line: string) => void): Tool[];
