export interface Survey {
	readonly wanted: string[];
	readonly missing: string[];
	readonly dev: boolean;
}
export function survey(root: string, wanted: { readonly dev: boolean }): Survey;
export function installPackages(
	root: string,
	options: { readonly dev: boolean; readonly say: (line: string) => void; readonly force?: boolean },
): Promise<boolean>;
export function explain(root: string, told: string): string;
