/**
 * Cities that people look for and that no zone is named after: English name, zone, country, latitude, longitude. Large ones by their number of people, and
 * those of the languages of the interface more generously.
 */
export const cityLines = `
Munich|Europe/Berlin DE 48.1 11.6
Hamburg|Europe/Berlin DE 53.6 10
Cologne|Europe/Berlin DE 50.9 7
Frankfurt|Europe/Berlin DE 50.1 8.7
Stuttgart|Europe/Berlin DE 48.8 9.2
Düsseldorf|Europe/Berlin DE 51.2 6.8
Leipzig|Europe/Berlin DE 51.3 12.4
Dresden|Europe/Berlin DE 51 13.7
Hanover|Europe/Berlin DE 52.4 9.7
Nuremberg|Europe/Berlin DE 49.5 11.1
Bremen|Europe/Berlin DE 53.1 8.8
Freiburg|Europe/Berlin DE 48 7.8
Konstanz|Europe/Berlin DE 47.7 9.2
Geneva|Europe/Zurich CH 46.2 6.1
Basel|Europe/Zurich CH 47.6 7.6
Bern|Europe/Zurich CH 46.9 7.4
Salzburg|Europe/Vienna AT 47.8 13
Graz|Europe/Vienna AT 47.1 15.4
Innsbruck|Europe/Vienna AT 47.3 11.4
Linz|Europe/Vienna AT 48.3 14.3
Barcelona|Europe/Madrid ES 41.4 2.2
Seville|Europe/Madrid ES 37.4 -6
Valencia|Europe/Madrid ES 39.5 -0.4
Palma|Europe/Madrid ES 39.6 2.6
Milan|Europe/Rome IT 45.5 9.2
Naples|Europe/Rome IT 40.9 14.3
Florence|Europe/Rome IT 43.8 11.3
Venice|Europe/Rome IT 45.4 12.3
Turin|Europe/Rome IT 45.1 7.7
Lyon|Europe/Paris FR 45.8 4.8
Marseille|Europe/Paris FR 43.3 5.4
Nice|Europe/Paris FR 43.7 7.3
Strasbourg|Europe/Paris FR 48.6 7.8
Toulouse|Europe/Paris FR 43.6 1.4
Manchester|Europe/London GB 53.5 -2.2
Edinburgh|Europe/London GB 55.9 -3.2
Glasgow|Europe/London GB 55.9 -4.3
Birmingham|Europe/London GB 52.5 -1.9
Cork|Europe/Dublin IE 51.9 -8.5
Porto|Europe/Lisbon PT 41.1 -8.6
Rotterdam|Europe/Amsterdam NL 51.9 4.5
The Hague|Europe/Amsterdam NL 52.1 4.3
Antwerp|Europe/Brussels BE 51.2 4.4
Gothenburg|Europe/Stockholm SE 57.7 12
Bergen|Europe/Oslo NO 60.4 5.3
Krakow|Europe/Warsaw PL 50.1 19.9
Gdansk|Europe/Warsaw PL 54.4 18.6
Saint Petersburg|Europe/Moscow RU 59.9 30.3
Thessaloniki|Europe/Athens GR 40.6 22.9
Ankara|Europe/Istanbul TR 39.9 32.9
San Francisco|America/Los_Angeles US 37.8 -122.4
San Diego|America/Los_Angeles US 32.7 -117.2
San Jose|America/Los_Angeles US 37.3 -121.9
Seattle|America/Los_Angeles US 47.6 -122.3
Portland|America/Los_Angeles US 45.5 -122.7
Las Vegas|America/Los_Angeles US 36.2 -115.1
Washington|America/New_York US 38.9 -77
Boston|America/New_York US 42.4 -71.1
Philadelphia|America/New_York US 40 -75.2
Miami|America/New_York US 25.8 -80.2
Atlanta|America/New_York US 33.7 -84.4
Houston|America/Chicago US 29.8 -95.4
Dallas|America/Chicago US 32.8 -96.8
Austin|America/Chicago US 30.3 -97.7
New Orleans|America/Chicago US 30 -90.1
Minneapolis|America/Chicago US 45 -93.3
Salt Lake City|America/Denver US 40.8 -111.9
Montreal|America/Toronto CA 45.5 -73.6
Ottawa|America/Toronto CA 45.4 -75.7
Quebec|America/Toronto CA 46.8 -71.2
Calgary|America/Edmonton CA 51 -114.1
Guadalajara|America/Mexico_City MX 20.7 -103.4
Rio de Janeiro|America/Sao_Paulo BR -22.9 -43.2
Brasilia|America/Sao_Paulo BR -15.8 -47.9
Medellin|America/Bogota CO 6.2 -75.6
Quito|America/Guayaquil EC -0.2 -78.5
Beijing|Asia/Shanghai CN 39.9 116.4
Shenzhen|Asia/Shanghai CN 22.5 114.1
Guangzhou|Asia/Shanghai CN 23.1 113.3
Chengdu|Asia/Shanghai CN 30.7 104.1
Wuhan|Asia/Shanghai CN 30.6 114.3
Osaka|Asia/Tokyo JP 34.7 135.5
Kyoto|Asia/Tokyo JP 35 135.8
Sapporo|Asia/Tokyo JP 43.1 141.4
Busan|Asia/Seoul KR 35.2 129.1
Mumbai|Asia/Kolkata IN 19.1 72.9
Delhi|Asia/Kolkata IN 28.6 77.2
New Delhi|Asia/Kolkata IN 28.6 77.2
Bengaluru|Asia/Kolkata IN 13 77.6
Chennai|Asia/Kolkata IN 13.1 80.3
Hyderabad|Asia/Kolkata IN 17.4 78.5
Pune|Asia/Kolkata IN 18.5 73.9
Lahore|Asia/Karachi PK 31.5 74.3
Islamabad|Asia/Karachi PK 33.7 73
Hanoi|Asia/Bangkok VN 21 105.8
Chiang Mai|Asia/Bangkok TH 18.8 99
Denpasar|Asia/Makassar ID -8.7 115.2
Abu Dhabi|Asia/Dubai AE 24.5 54.4
Doha|Asia/Qatar QA 25.3 51.5
Mecca|Asia/Riyadh SA 21.4 39.8
Tel Aviv|Asia/Jerusalem IL 32.1 34.8
Alexandria|Africa/Cairo EG 31.2 29.9
Cape Town|Africa/Johannesburg ZA -33.9 18.4
Pretoria|Africa/Johannesburg ZA -25.7 28.2
Abuja|Africa/Lagos NG 9.1 7.4
Marrakesh|Africa/Casablanca MA 31.6 -8
Canberra|Australia/Sydney AU -35.3 149.1
Gold Coast|Australia/Brisbane AU -28 153.4
Wellington|Pacific/Auckland NZ -41.3 174.8
Christchurch|Pacific/Auckland NZ -43.5 172.6
`;

/** What German calls cities otherwise than English, by their English name. */
export const germanLines = `
Munich=München
Cologne=Köln
Hanover=Hannover
Nuremberg=Nürnberg
Geneva=Genf
Zurich=Zürich
Vienna=Wien
Rome=Rom
Milan=Mailand
Naples=Neapel
Florence=Florenz
Venice=Venedig
Seville=Sevilla
Strasbourg=Straßburg
Nice=Nizza
Lisbon=Lissabon
The Hague=Den Haag
Antwerp=Antwerpen
Brussels=Brüssel
Copenhagen=Kopenhagen
Gothenburg=Göteborg
Warsaw=Warschau
Krakow=Krakau
Gdansk=Danzig
Prague=Prag
Belgrade=Belgrad
Bucharest=Bukarest
Athens=Athen
Moscow=Moskau
Saint Petersburg=Sankt Petersburg
Kyiv=Kiew
Tallinn=Tallinn
Nicosia=Nikosia
Vatican=Vatikanstadt
Luxembourg=Luxemburg
Istanbul=Istanbul
Edinburgh=Edinburgh
Cairo=Kairo
Alexandria=Alexandria
Algiers=Algier
Tripoli=Tripolis
Khartoum=Khartum
Addis Ababa=Addis Abeba
Mogadishu=Mogadischu
Dar es Salaam=Daressalam
Djibouti=Dschibuti
Casablanca=Casablanca
Marrakesh=Marrakesch
Cape Town=Kapstadt
Johannesburg=Johannesburg
Tokyo=Tokio
Beijing=Peking
Shanghai=Shanghai
Hong Kong=Hongkong
Singapore=Singapur
Seoul=Seoul
Ulaanbaatar=Ulan-Bator
Hanoi=Hanoi
Ho Chi Minh=Ho-Chi-Minh-Stadt
Kolkata=Kalkutta
Mumbai=Mumbai
Delhi=Delhi
New Delhi=Neu-Delhi
Karachi=Karatschi
Dhaka=Dhaka
Tashkent=Taschkent
Almaty=Almaty
Bishkek=Bischkek
Dushanbe=Duschanbe
Ashgabat=Aschgabat
Yerevan=Jerewan
Tbilisi=Tiflis
Baku=Baku
Tehran=Teheran
Baghdad=Bagdad
Damascus=Damaskus
Riyadh=Riad
Mecca=Mekka
Doha=Doha
Jerusalem=Jerusalem
Vladivostok=Wladiwostok
Novosibirsk=Nowosibirsk
Yekaterinburg=Jekaterinburg
Irkutsk=Irkutsk
Kamchatka=Kamtschatka
Havana=Havanna
Mexico City=Mexiko-Stadt
Panama=Panama-Stadt
Guatemala=Guatemala-Stadt
Quebec=Québec
Montreal=Montreal
Brasilia=Brasília
Sao Paulo=São Paulo
Bogota=Bogotá
Santiago=Santiago de Chile
Reykjavik=Reykjavík
`;
