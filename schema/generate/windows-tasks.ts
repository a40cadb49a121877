import type { Deployed } from '../deployment.ts';
import { forEachHost, type Generator, generatedNote, type HostFacts } from './generator.ts';
import { bun, mayRun, places, preparation, upCommand } from './units/places.ts';
import { element, xmlFile } from './units/xml.ts';

const { checkout } = places.windows;

/** A task of the Windows Task Scheduler. */
interface Task {
	readonly name: string;
	readonly description: string;
	/** What Bun runs, from the checkout. */
	readonly args: readonly string[];
}

/** Tasks of Windows: one for each service that the plan names one for, one for everything else. */
export const windowsTasks: Generator = {
	name: 'windows-tasks',
	makes: 'the scheduled tasks that start what a plan puts on a Windows host, and the script that registers them',
	files: forEachHost((facts) => {
		if (!mayRun(facts, 'windows')) return [];
		const tasks = tasksOf(facts);
		const engines = facts.deployed.filter(({ as }) => as === 'engine');
		if (tasks.length === 0 && engines.length === 0) return [];
		const folder = `${facts.folder}/windows`;
		return [
			...tasks.map((task) => ({ path: `${folder}/${task.name}.xml`, text: taskFile(facts, task) })),
			{ path: `${folder}/register-tasks.ps1`, text: script(facts, tasks, engines) },
		];
	}),
};

/**
 * Without names in the plan, one task runs `mana up` and its supervisor does the rest. With names, each of them is a process of its own;
 * what has none shares one, and all of them share the data folder.
 */
function tasksOf(facts: HostFacts): Task[] {
	const { deployed, plan, host, folder } = facts;
	const ours = deployed.filter(({ as }) => as !== 'engine');
	const named = ours.filter(({ placement }) => placement.scheduledTask !== undefined);
	const rest = ours.filter(({ placement }) => placement.scheduledTask === undefined);
	if (ours.length === 0) return [];
	if (plan.placements.every((placement) => placement.host !== host.name || placement.scheduledTask === undefined))
		return [{ name: 'Mana', description: `Mana: ${host.title}`, args: upCommand(facts) }];
	const alone = (name: string, description: string, services: readonly Deployed[]): Task => ({
		name,
		description,
		args: [`--env-file=${folder}/mana.env`, 'cli/host.ts', ...services.map(({ row }) => row.name)],
	});
	return [
		...named.map((one) => alone(one.placement.scheduledTask ?? '', `${one.row.name}: ${one.row.description}`, [one])),
		...(rest.length > 0 ? [alone('Mana', `Mana: ${rest.map(({ row }) => row.name).join(', ')}`, rest)] : []),
	];
}

/** As the Task Scheduler's own schema has it (MS-TSCH, section 2.5): from the start of the machine on, as a user with few rights. */
function taskFile({ host, plan }: HostFacts, { name, description, args }: Task): string {
	return xmlFile(
		[generatedNote, `${host.title}, in the plan "${plan.title}". register-tasks.ps1 beside it registers it.`],
		[
			'<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
			'\t<RegistrationInfo>',
			`\t\t${element('Description', description)}`,
			`\t\t${element('URI', `${taskFolder}${name}`)}`,
			'\t</RegistrationInfo>',
			'\t<Triggers>',
			'\t\t<BootTrigger />',
			'\t</Triggers>',
			'\t<Principals>',
			'\t\t<Principal id="Mana">',
			`\t\t\t${element('UserId', localService)}`,
			'\t\t\t<RunLevel>LeastPrivilege</RunLevel>',
			'\t\t</Principal>',
			'\t</Principals>',
			'\t<Settings>',
			'\t\t<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
			'\t\t<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
			'\t\t<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
			'\t\t<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
			'\t\t<Priority>5</Priority>',
			'\t\t<RestartOnFailure>',
			'\t\t\t<Interval>PT1M</Interval>',
			'\t\t\t<Count>255</Count>',
			'\t\t</RestartOnFailure>',
			'\t</Settings>',
			'\t<Actions Context="Mana">',
			'\t\t<Exec>',
			`\t\t\t${element('Command', `${checkout}\\${bun.replaceAll('/', '\\')}`)}`,
			`\t\t\t${element('Arguments', args.map(quoted).join(' '))}`,
			`\t\t\t${element('WorkingDirectory', checkout)}`,
			'\t\t</Exec>',
			'\t</Actions>',
			'</Task>',
		],
	);
}

const taskFolder = '\\Mana\\';

/** NT AUTHORITY\LOCAL SERVICE, whatever its name is in the language of the system. */
const localService = 'S-1-5-19';

function script({ host, plan }: HostFacts, tasks: readonly Task[], engines: readonly Deployed[]): string {
	const lines = [
		`# ${generatedNote}`,
		`# ${host.title}, in the plan "${plan.title}". Registers its tasks, starts them, and removes those of Mana that the plan no longer has.`,
		`# ${preparation(places.windows)} Another folder does as well: the script finds its own.`,
		'# Run as administrator: powershell -ExecutionPolicy Bypass -File register-tasks.ps1',
		'#Requires -RunAsAdministrator',
		"$ErrorActionPreference = 'Stop'",
		`$folder = ${literal(taskFolder)}`,
		`$tasks = @(${tasks.map(({ name }) => literal(name)).join(', ')})`,
		"$root = (Resolve-Path (Join-Path $PSScriptRoot '..\\..\\..\\..')).Path",
		"$data = Join-Path $root 'data'",
		'',
		'New-Item -ItemType Directory -Force -Path $data | Out-Null',
		`icacls.exe $data /inheritance:r /grant '*${localService}:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' /Q | Out-Null`,
		'if ($LASTEXITCODE -ne 0) { throw "The rights of $data could not be set." }',
		'',
		'Get-ScheduledTask -TaskPath $folder -ErrorAction SilentlyContinue | Where-Object { $_.TaskName -notin $tasks } | ForEach-Object {',
		'\tStop-ScheduledTask -InputObject $_',
		'\tUnregister-ScheduledTask -InputObject $_ -Confirm:$false',
		'\tWrite-Host "removed $($_.TaskName)"',
		'}',
		'foreach ($task in $tasks) {',
		'\t$xml = Get-Content -Raw -Encoding UTF8 -LiteralPath (Join-Path $PSScriptRoot "$task.xml")',
		`\t$xml = $xml.Replace(${literal(checkout)}, [Security.SecurityElement]::Escape($root))`,
		'\tStop-ScheduledTask -TaskPath $folder -TaskName $task -ErrorAction SilentlyContinue',
		'\tRegister-ScheduledTask -TaskPath $folder -TaskName $task -Xml $xml -Force | Out-Null',
		'\tStart-ScheduledTask -TaskPath $folder -TaskName $task',
		'\tWrite-Host "started $task"',
		'}',
		...engines.flatMap(({ row, ports }) => [
			`if (-not (Get-NetTCPConnection -State Listen -LocalPort ${ports[0].port} -ErrorAction SilentlyContinue)) {`,
			`\tWrite-Warning ${literal(`${row.name} does not listen on ${ports[0].port}. It is an engine with an installer of its own: ${row.description}.`)}`,
			'}',
		]),
	];
	return `${lines.join('\n')}\n`;
}

/** A text as PowerShell takes it letter by letter. */
function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

function quoted(word: string): string {
	return /[\s"]/.test(word) ? `"${word.replaceAll('"', '\\"')}"` : word;
}
