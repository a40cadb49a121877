# Generated from schema/ by `npm run mana -- ports generate`. Not edited by hand.
# This machine, in the plan "Everything on this machine". Registers its tasks, starts them, and removes those of Mana that the plan no longer has.
# Beforehand: Mana lies in C:\mana, with "npm ci" and "node_modules/bun/bin/bun.exe web/build.ts" run there. Another folder does as well: the script finds its own.
# Run as administrator: powershell -ExecutionPolicy Bypass -File register-tasks.ps1
#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'
$folder = '\Mana\'
$tasks = @('Mana')
$root = (Resolve-Path (Join-Path $PSScriptRoot '..\..\..\..')).Path
$data = Join-Path $root 'data'

New-Item -ItemType Directory -Force -Path $data | Out-Null
icacls.exe $data /inheritance:r /grant '*S-1-5-19:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' /Q | Out-Null
if ($LASTEXITCODE -ne 0) { throw "The rights of $data could not be set." }

Get-ScheduledTask -TaskPath $folder -ErrorAction SilentlyContinue | Where-Object { $_.TaskName -notin $tasks } | ForEach-Object {
	Stop-ScheduledTask -InputObject $_
	Unregister-ScheduledTask -InputObject $_ -Confirm:$false
	Write-Host "removed $($_.TaskName)"
}
foreach ($task in $tasks) {
	$xml = Get-Content -Raw -Encoding UTF8 -LiteralPath (Join-Path $PSScriptRoot "$task.xml")
	$xml = $xml.Replace('C:\mana', [Security.SecurityElement]::Escape($root))
	Stop-ScheduledTask -TaskPath $folder -TaskName $task -ErrorAction SilentlyContinue
	Register-ScheduledTask -TaskPath $folder -TaskName $task -Xml $xml -Force | Out-Null
	Start-ScheduledTask -TaskPath $folder -TaskName $task
	Write-Host "started $task"
}
