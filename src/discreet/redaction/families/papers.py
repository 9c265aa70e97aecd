"""Passports and driving licences behind their names. Their numbers have hardly a form of their own, and no check."""

from __future__ import annotations

from discreet.redaction.families.cued import named
from discreet.redaction.families.scheme import Scheme
from discreet.redaction.recogniser import preceded_by

_PARTS = preceded_by("part", "model", "sku", "serial", "product", "version", "firmware")
"""What a number of a thing may begin with "DL" behind."""

PASSPORT = Scheme(
    """
    passport, e passport, travel document, pp no, reisepass, passnummer, pass nr, pass nummer, reisedokument,
    passeport, numéro de passeport, número de pasaporte, passaporto, numero passaporto, passaporte, paspoort,
    pasnummer, passi, passinumero, passin numero, pas nummer, passnr, paszport, numer paszportu, cestovní pas,
    číslo pasu, cestovného pasu, útlevél, pașaport, seria pașaportului, putovnica, broj putovnice, pasoš, broj pasoša,
    potni list, pase, pass numurs, pasas, paspor, nomor paspor, vegabréf, паспорт, загранпаспорт, пасош, διαβατήριο,
    hộ chiếu, số hộ chiếu, דרכון, جواز السفر, جواز سفر, جواز, گذرنامه, पासपोर्ट, 护照, 護照, パスポート, 旅券番号,
    旅券, 여권, 여권번호, หนังสือเดินทาง, พาสปอร์ต
    """,
    r"=[0-9]{3} ?[0-9]{3} ?[0-9]{3}|[0-9]{4} [0-9]{6}|[0-9]{2} ?[0-9]{2} (?:№ ?)?[0-9]{6}"
    r"|[0-9]{2} ?[A-Za-z]{2} ?[0-9]{5}|[A-Za-z]{1,3}[ -]?[0-9]{6,9}"
    r"|[0-9A-Z]{6,12}|[A-Za-z]{0,2}[0-9][0-9A-Za-z]{4,10}",
    digits=1,
)
LICENCE = Scheme(
    """
    driving licence, driving license, driver licence, driver license, driver's licence, driver's license,
    drivers licence, drivers license, driving permit, driver number, licence driver, dl, d l, dvla, führerschein,
    fahrerlaubnis, permis de conduire, permis, numéro de permis, patente, patente di guida, numero patente,
    carnet de conducir, permiso de conducir, licencia de conducir, licencia de conducción, licencia de manejo,
    brevete, carta de condução, carteira de motorista, cnh, habilitação, rijbewijs, körkort, körkortsnummer,
    førerkort, kørekort, ajokortti, ajokortin numero, prawo jazdy, prawa jazdy, numer prawa jazdy, řidičský průkaz,
    řidičského průkazu, řidičák, vodičský preukaz, vodičského preukazu, vezetői engedély, jogosítvány, permis auto,
    vozačka dozvola, vozačke dozvole, vozniško dovoljenje, vairuotojo pažymėjimas, vadītāja apliecība, juhiluba,
    ökuskírteini, ehliyet, sürücü belgesi, шофьорска книжка, свидетелство за управление, водительское удостоверение,
    водительского удостоверения, водійське посвідчення, δίπλωμα οδήγησης, άδεια οδήγησης, lesen memandu, bằng lái xe,
    giấy phép lái xe, רישיון נהיגה, רשיון נהיגה, رخصة القيادة, رخصة قيادة, ड्राइविंग लाइसेंस, 驾照, 驾驶证, 駕照,
    運転免許証, 運転免許, 免許証番号, 운전면허, 운전면허번호, ใบขับขี่
    """,
    r"=(?:[A-Za-z]{1,5}[ -]?)?[0-9A-Za-z]{0,16}[0-9][0-9A-Za-z]{0,16}"
    r"(?:[ -][0-9A-Za-z]{0,6}[0-9][0-9A-Za-z]{0,9}){0,5}",
    digits=5,
)

_POLISH = Scheme("prawo jazdy, prawa jazdy, numer prawa jazdy", "=[0-9]{5}/[0-9]{2}/[0-9]{4}")

RECOGNISERS = (*named("passport", (PASSPORT,)), named("driving_licence", (LICENCE, _POLISH), against=_PARTS)[0])
