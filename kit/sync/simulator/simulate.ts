import { planOf } from './plan.ts';
import { simulate } from './simulation.ts';
import { shrink } from './shrink.ts';
let mode = process.argv[4];
for (let seed = Number(process.argv[2] ?? 1), end = seed + Number(process.argv[3] ?? 1); seed < end; seed++) {
	const plan = planOf(seed);
	try { simulate(plan); } catch (e) { console.log(seed, plan.steps.length, String(e), e instanceof Error && e.name !== 'Violation' ? e.stack : '');
	if (mode) { const small = shrink(plan); console.log(JSON.stringify(small.config)); for (const s of small.steps) console.log('  ', JSON.stringify(s)); try { simulate(small) } catch (e) { console.log(String(e)); } }
	}
}
