# Generated from schema/ by `npm run mana -- ports generate`. Not edited by hand.
# Running it again replaces the group; Remove-NetFirewallRule -Group Mana takes it away. Ports that are not of Mana (Remote Desktop)
# are not judged. Windows asks once whether bun.exe may be reached: a "yes" would open every port, so these rules also shut some.
#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'
Get-NetFirewallRule -Group Mana -ErrorAction SilentlyContinue | Remove-NetFirewallRule
New-NetFirewallRule -Group Mana -DisplayName 'Mana: matrix-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 4011 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: mana-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5000 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: chat-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5010 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: todo-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5011 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: calendar-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5012 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: clock-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5013 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: contacts-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5014 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: storage-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5015 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: presi-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5016 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: nutriphi-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5017 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: zitare-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5018 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: photos-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5019 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: skilltree-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5020 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: picture-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5021 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: citycorners-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5022 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: cards-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5023 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: mukke-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5024 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: inventar-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5025 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: context-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5026 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: questions-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5027 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: planta-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5028 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: moodlit-web' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5029 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: llm-playground' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5050 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: whopixels' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5100 -RemoteAddress LocalSubnet | Out-Null
New-NetFirewallRule -Group Mana -DisplayName 'Mana: this machine only' -Direction Inbound -Action Block -Protocol TCP -LocalPort 3001,3004,3010,3013,3031,3032,3033 -RemoteAddress Any | Out-Null
