# Generated from schema/ by `npm run mana -- ports generate`. Not edited by hand.
# Running it again replaces the group; Remove-NetFirewallRule -Group Mana takes it away. Ports that are not of Mana (Remote Desktop)
# are not judged. Windows asks once whether bun.exe may be reached: a "yes" would open every port, so these rules also shut some.
#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'
Get-NetFirewallRule -Group Mana -ErrorAction SilentlyContinue | Remove-NetFirewallRule
New-NetFirewallRule -Group Mana -DisplayName 'Mana: ollama' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 11434 -RemoteAddress LocalSubnet | Out-Null
