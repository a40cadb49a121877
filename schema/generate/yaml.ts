import { stringify } from 'yaml';
import { generatedNote } from './generator.ts';

/**
 * A YAML file: the note that it is generated, what a person must know first, then the documents. Written so that readers of YAML 1.1
 * (Compose, Kubernetes) and of YAML 1.2 find the same values.
 *
 * @param remarks lines above the first document, without the sign that makes them comments
 */
export function yamlFile(remarks: readonly string[], ...documents: readonly object[]): string {
	const head = [generatedNote, ...remarks].map((line) => `# ${line}\n`).join('');
	return (
		head +
		documents.map((document) => stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' })).join('---\n')
	);
}
